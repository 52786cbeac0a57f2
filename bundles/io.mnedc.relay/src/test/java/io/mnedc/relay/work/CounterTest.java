package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CounterTest {
    @Test
    void everyCounterIsExplainedOnThePage() throws Exception {
        Path module = Path.of("../../docs");
        Path page = (Files.exists(module) ? module : Path.of("docs")).resolve("RELIABILITY.md");
        String text = Files.readString(page);
        String relay =
                text.substring(text.indexOf("## Counters of the relay"), text.indexOf("## Counters of a device"));
        assertThat(new Counter.Set().values().keySet())
                .allSatisfy(name -> assertThat(relay).contains("`" + name + "`"));
    }
}
