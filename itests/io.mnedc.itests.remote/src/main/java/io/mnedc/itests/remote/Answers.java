package io.mnedc.itests.remote;

import io.mnedc.itests.remote.echo.Echo;

/** Public, as the provider calls it by reflection. */
public final class Answers implements Echo {
    private final String name;

    Answers(String name) {
        this.name = name;
    }

    @Override
    public String echo(String text, long number) {
        return name + ":" + text + number;
    }
}
