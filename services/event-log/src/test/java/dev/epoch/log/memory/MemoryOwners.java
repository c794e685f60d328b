package dev.epoch.log.memory;

import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.Owner;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Who owns which stream of a {@link MemoryEventLog}; guarded by its lock. */
final class MemoryOwners {
  private final Map<String, Long> fences = new HashMap<>();
  private final Map<String, Member> owners = new HashMap<>();

  /** By the clock of {@link System#nanoTime}. */
  private final Map<UUID, Long> leases = new HashMap<>();

  /** Of streams that were owned ever. */
  Map<String, Long> fences() {
    return fences;
  }

  Membership join(Member self, Duration lease, Locked locked) {
    return new Joined(self, lease, locked, this);
  }

  /** Runs what must not run beside appends. */
  interface Locked {
    <T> T call(Supplier<T> work);
  }

  private boolean isGone(Member member) {
    Long until = member == null ? null : leases.get(member.id());
    return until == null || System.nanoTime() - until >= 0;
  }

  private Map<String, Owner> present() {
    return owners.entrySet().stream()
        .filter(owned -> !isGone(owned.getValue()))
        .collect(
            Collectors.toUnmodifiableMap(
                Map.Entry::getKey,
                owned -> new Owner(owned.getKey(), fences.get(owned.getKey()), owned.getValue())));
  }

  private void give(String stream, Member to) {
    fences.merge(stream, 1L, Long::sum);
    owners.put(stream, to);
  }

  private record Joined(Member self, Duration lease, Locked locked, MemoryOwners all)
      implements Membership {
    @Override
    public Uni<Map<String, Owner>> acquire(Collection<String> streams) {
      return when(() -> {
        touch();
        streams.stream()
            .distinct()
            .filter(stream -> all.isGone(all.owners.get(stream)))
            .forEach(stream -> all.give(stream, self));
        Map<String, Owner> asked = new HashMap<>(all.present());
        asked.keySet().retainAll(streams);
        return Map.copyOf(asked);
      });
    }

    @Override
    public Uni<Map<String, Owner>> renew() {
      return when(() -> {
        touch();
        return all.present();
      });
    }

    private void touch() {
      all.leases.put(self.id(), System.nanoTime() + lease.toNanos());
    }

    @Override
    public Uni<Void> release(Collection<String> streams) {
      return when(() -> {
        streams.stream()
            .filter(stream -> self.equals(all.owners.get(stream)))
            .forEach(stream -> all.give(stream, null));
        return null;
      });
    }

    @Override
    public Uni<Void> leave() {
      return when(() -> {
        all.fences.keySet().stream()
            .filter(stream -> self.equals(all.owners.get(stream)))
            .toList()
            .forEach(stream -> all.give(stream, null));
        all.leases.remove(self.id());
        return null;
      });
    }

    private <T> Uni<T> when(Supplier<T> work) {
      return Uni.createFrom().item(() -> locked.call(work));
    }
  }
}
