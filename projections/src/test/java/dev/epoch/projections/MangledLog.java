package dev.epoch.projections;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A carrier that delivers records again, batches out of their order, short ones and ones with a
 * gap, whatever was asked for.
 */
final class MangledLog implements EventLog {
  private final EventLog good;
  private final Random random;
  final AtomicLong mangled = new AtomicLong();

  MangledLog(EventLog good, Random random) {
    this.good = good;
    this.random = random;
  }

  @Override
  public Uni<AppendResult> append(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    return good.append(stream, fence, expectedVersion, records);
  }

  @Override
  public Membership join(Member member, Duration lease) {
    return good.join(member, lease);
  }

  @Override
  public Multi<StoredRecord> read(String stream, long afterVersion) {
    int dice;
    int some;
    synchronized (random) {
      dice = random.nextInt(8);
      some = 1 + random.nextInt(40);
    }
    if (dice < 4) {
      mangled.incrementAndGet();
    }
    return switch (dice) {
      case 0 -> good.read(stream, Math.max(0, afterVersion - some));
      case 1 -> good.read(stream, afterVersion + some);
      case 2 -> good.read(stream, afterVersion).filter(stored -> stored.position() % 7 != some % 7);
      case 3 -> good.read(stream, afterVersion).select().first(some);
      default -> good.read(stream, afterVersion);
    };
  }

  @Override
  public Multi<StoredRecord> tail(long afterPosition) {
    return good.tail(afterPosition);
  }
}
