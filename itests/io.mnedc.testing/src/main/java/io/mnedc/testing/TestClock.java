package io.mnedc.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test sets it. */
public final class TestClock extends Clock {
    private volatile Instant now;

    /** Starts at a time. */
    public TestClock(Instant now) {
        this.now = now;
    }

    /** {@return a clock that starts at the system's time} */
    public static TestClock now() {
        return new TestClock(Instant.now());
    }

    /** Moves it. */
    public void advance(Duration time) {
        now = now.plus(time);
    }

    /** Sets it. */
    public void set(Instant time) {
        now = time;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
