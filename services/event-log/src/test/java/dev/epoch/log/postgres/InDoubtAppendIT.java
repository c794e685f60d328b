package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendResult;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.FaultProxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connection breaks at the worst moments of a commit. */
class InDoubtAppendIT extends PostgresLogScenario {
  private static final Runnable NOTHING = () -> {};

  private FaultProxy proxy;

  @BeforeEach
  void startProxy() {
    proxy = FaultProxy.to(clients.database());
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  /** Appends through the proxy, reads past it. */
  private PostgresLogConfiguration throughProxy() {
    return PostgresLogConfiguration.of(
        clients.vertx(), clients.pool(), clients.database().connectOptions().setPort(proxy.port()));
  }

  @Test
  void aLostAnswerToTheCommitIsFoundOut() {
    // given
    PostgresEventLog log = open(throughProxy());
    outcome(log, "a", 0, event(1));
    proxy.cutAfter("COMMIT", NOTHING);

    // when
    Object result = outcome(log, "a", 1, event(2));

    // then
    assertThat(result).isEqualTo(new AppendResult(2, 2));
    assertThat(readAll(log)).hasSize(2);
  }

  @Test
  void aCommitThatNeverArrivedIsMadeUpFor() {
    // given
    PostgresEventLog log = open(throughProxy());
    outcome(log, "a", 0, event(1));
    proxy.cutBefore("COMMIT", NOTHING);

    // when
    Object result = outcome(log, "a", 1, event(2));

    // then
    assertThat(result).isEqualTo(new AppendResult(2, 2));
    assertThat(readAll(log)).hasSize(2);
  }

  @Test
  void anOutcomeThatCannotBeFoundOutIsSaidToBeUnknown() {
    // given
    PostgresEventLog log = open(throughProxy());
    Envelope stored = event(1);
    Envelope lost = event(2);

    // when the commit arrives, then
    proxy.cutAfter("COMMIT", () -> proxy.refuse(true));
    assertThat(outcome(log, "a", 0, stored)).isInstanceOf(AppendOutcomeUnknownException.class);
    proxy.refuse(false);
    assertThat(outcome(log, "a", 0, stored)).isEqualTo(new AppendResult(1, 1));

    // when the commit does not arrive, then
    proxy.cutBefore("COMMIT", () -> proxy.refuse(true));
    assertThat(outcome(log, "a", 1, lost)).isInstanceOf(AppendOutcomeUnknownException.class);
    assertThat(readAll(log)).hasSize(1);
    proxy.refuse(false);
    assertThat(outcome(log, "a", 1, lost)).isEqualTo(new AppendResult(2, 2));
    assertThat(readAll(log)).extracting(StoredRecord::envelope).containsExactly(stored, lost);
  }

  @Test
  void beforeTheCommitNothingIsStored() {
    // given
    PostgresEventLog log = open(throughProxy());
    proxy.cutBefore("BEGIN", () -> proxy.refuse(true));

    // when
    Object broken = outcome(log, "a", 0, event(1));
    Object unreachable = outcome(log, "a", 0, event(2));

    // then
    assertThat(broken).isInstanceOf(LogUnavailableException.class);
    assertThat(unreachable).isInstanceOf(LogUnavailableException.class);
    assertThat(readAll(log)).isEmpty();

    // when
    proxy.refuse(false);

    // then
    assertThat(outcome(log, "a", 0, event(3))).isEqualTo(new AppendResult(1, 1));
  }

  /** The commit goes out with the records, so nobody knows whether it arrived. */
  @Test
  void aSilentNetworkIsGivenUp() {
    // given
    PostgresEventLog log = open(throughProxy().withTimeout(Duration.ofMillis(500)));
    outcome(log, "a", 0, event(1));
    proxy.swallow(true);

    // when
    Object silent = outcome(log, "a", 1, event(2));

    // then
    assertThat(silent).isInstanceOf(AppendOutcomeUnknownException.class);
    proxy.swallow(false);
    assertThat(outcome(log, "a", 1, event(3))).isEqualTo(new AppendResult(2, 2));
  }
}
