package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendBudgetTest {
    private final SendBudget budget = new SendBudget(1000);
    private final List<String> gone = new ArrayList<>();

    private SendBudget.Holder holder(String name, long stuckSince) {
        return new SendBudget.Holder() {
            @Override
            public long stuckSince() {
                return stuckSince;
            }

            @Override
            public void giveWay() {
                gone.add(name);
            }
        };
    }

    @Test
    void whoHoldsItsShareAndTakesNothingForLongestGivesWay() {
        SendBudget.Holder small = holder("small and stuck", 1);
        SendBudget.Holder stuck = holder("large and stuck", 2);
        SendBudget.Holder reads = holder("large and reading", 9);
        budget.hold(small, 10);
        budget.hold(stuck, 400);
        budget.hold(reads, 590);
        assertThat(gone).isEmpty();
        assertThat(budget.used()).isEqualTo(1000);
        budget.hold(reads, 591);
        assertThat(gone).containsExactly("large and stuck");
        assertThat(budget.used()).isEqualTo(601);
    }

    @Test
    void whatIsHeldIsCountedOnceAndForgottenAtTheEnd() {
        SendBudget.Holder one = holder("one", 1);
        SendBudget.Holder other = holder("other", 2);
        budget.hold(one, 300);
        budget.hold(one, 200);
        budget.hold(other, 400);
        assertThat(budget.used()).isEqualTo(600);
        assertThat(budget.scarce()).isTrue();
        budget.hold(one, 0);
        budget.release(other);
        budget.release(other);
        assertThat(budget.used()).isZero();
        assertThat(budget.scarce()).isFalse();
    }

    @Test
    void itIsAnEighthOfTheMemoryAndNeverTooLittleToWork() {
        assertThat(SendBudget.ofMemory(128 << 20).most()).isEqualTo(16 << 20);
        assertThat(SendBudget.ofMemory(8 << 20).most()).isEqualTo(4 << 20);
    }
}
