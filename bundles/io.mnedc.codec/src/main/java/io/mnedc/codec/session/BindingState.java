package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import java.util.List;

/** How far one end of a {@link DataBinding} is. Both ends fail in the same way. */
final class BindingState {
    private final String otherEnd;
    private boolean ready;
    private boolean failed;

    /**
     * Neither ready nor failed.
     *
     * @param otherEnd a word for who sends the messages
     */
    BindingState(String otherEnd) {
        this.otherEnd = otherEnd;
    }

    boolean ready() {
        return ready;
    }

    boolean failed() {
        return failed;
    }

    void succeeded() {
        ready = true;
    }

    List<Effect> reported(ErrorReport report) {
        Effect reported = new Effect.Reported(report);
        if (!report.fatal()) {
            return List.of(reported);
        }
        fail();
        return List.of(reported, new Effect.Close(otherEnd + " reports: " + report.sentence()));
    }

    List<Effect> notAllowed(ControlMessage message) {
        return refuse(ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " is not allowed here");
    }

    List<Effect> refuse(ErrorCode code, String sentence) {
        fail();
        return List.of(new Effect.Send(ErrorReport.fatal(code, sentence)), new Effect.Close(sentence));
    }

    private void fail() {
        failed = true;
        ready = false;
    }
}
