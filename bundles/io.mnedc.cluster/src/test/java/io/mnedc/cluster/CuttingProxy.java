package io.mnedc.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and its server. It can cut the connection in place of passing on the answer to some transactions, and hold
 * back what the server says, while the server is told all.
 */
public final class CuttingProxy implements AutoCloseable {
    /** Of so many transactions one is cut. */
    private static final int APART = 5;

    /** Of so many cuts one is before the server has heard of the transaction. */
    private static final int UNHEARD = 4;

    /** How a transaction begins: a length, a number, and the kind of request. */
    private static final int KIND_AT = 8;

    private static final int MULTI = 14;

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger cuts = new AtomicInteger();
    private final Random random;
    private final int server;
    private final AtomicLong asked = new AtomicLong();
    private volatile boolean cutting;
    private volatile CountDownLatch release = new CountDownLatch(0);

    public CuttingProxy(int server, long seed) throws IOException {
        this.server = server;
        this.random = new Random(seed);
        threads.execute(this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** From now on it cuts, or no longer. */
    public void cut(boolean cutting) {
        this.cutting = cutting;
    }

    /** Holds back what the server says from now on. */
    public void hold() {
        release = new CountDownLatch(1);
    }

    /** Passes on what was held back, and all that comes. */
    public void release() {
        release.countDown();
    }

    /** {@return how many bytes the clients have sent} */
    public long asked() {
        return asked.get();
    }

    /** {@return how often it has cut} */
    public int cuts() {
        return cuts.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                var there = new Socket(InetAddress.getLoopbackAddress(), server);
                sockets.add(client);
                sockets.add(there);
                var cut = new AtomicBoolean();
                threads.execute(() -> ask(client, there, cut));
                threads.execute(() -> answer(there, client, cut));
            }
        } catch (IOException e) {
            // the end
        }
    }

    private void ask(Socket client, Socket there, AtomicBoolean cut) {
        byte[] buffer = new byte[1 << 16];
        try (client;
                there) {
            InputStream in = client.getInputStream();
            OutputStream out = there.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (cutting && isTransaction(buffer, length) && one(APART)) {
                    cuts.incrementAndGet();
                    cut.set(true);
                    if (one(UNHEARD)) {
                        return;
                    }
                }
                out.write(buffer, 0, length);
                asked.addAndGet(length);
            }
        } catch (IOException e) {
            // cut by the other direction, or by one of the ends
        }
    }

    private static boolean isTransaction(byte[] buffer, int length) {
        return length > KIND_AT + Integer.BYTES && ByteBuffer.wrap(buffer).getInt(KIND_AT) == MULTI;
    }

    private void answer(Socket there, Socket client, AtomicBoolean cut) {
        byte[] buffer = new byte[1 << 16];
        try (there;
                client) {
            InputStream in = there.getInputStream();
            OutputStream out = client.getOutputStream();
            for (int length = in.read(buffer); length >= 0 && !cut.get(); length = in.read(buffer)) {
                release.await();
                out.write(buffer, 0, length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // cut by the other direction, or by one of the ends
        }
    }

    private boolean one(int of) {
        synchronized (random) {
            return random.nextInt(of) == 0;
        }
    }

    /** Cuts all connections now. */
    public void cutAll() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        release();
        cutAll();
        threads.shutdownNow();
    }
}
