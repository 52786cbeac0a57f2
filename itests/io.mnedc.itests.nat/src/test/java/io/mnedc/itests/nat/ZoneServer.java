package io.mnedc.itests.nat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** A DNS server at port 53: answers what a file says now, of which each line is NAME TYPE DATA. A program of its own. */
final class ZoneServer {
    private ZoneServer() {}

    public static void main(String[] arguments) throws IOException {
        Path zone = Path.of(arguments[0]);
        try (DatagramSocket socket = new DatagramSocket(53, InetAddress.getByName(arguments[1]))) {
            System.out.println("serving");
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            while (true) {
                packet.setLength(4096);
                socket.receive(packet);
                byte[] answer = answer(zone, new Message(Arrays.copyOf(packet.getData(), packet.getLength())))
                        .toWire();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        }
    }

    private static Message answer(Path zone, Message query) throws IOException {
        Record question = query.getQuestion();
        System.out.println(question.getName() + " " + Type.string(question.getType()));
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(question, Section.QUESTION);
        List<Record> all = new ArrayList<>();
        for (String line : Files.readAllLines(zone)) {
            all.add(record(line));
        }
        all.stream()
                .filter(record -> record.getName().equals(question.getName()) && record.getType() == question.getType())
                .forEach(record -> answer.addRecord(record, Section.ANSWER));
        if (all.stream().noneMatch(record -> record.getName().equals(question.getName()))) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }

    private static Record record(String line) throws IOException {
        String[] words = line.split(" ", 3);
        try {
            return Record.fromString(
                    Name.fromString(words[0], Name.root), Type.value(words[1]), DClass.IN, 3600, words[2], Name.root);
        } catch (TextParseException e) {
            throw new IOException(line, e);
        }
    }
}
