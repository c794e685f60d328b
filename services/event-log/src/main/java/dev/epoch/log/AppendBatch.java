package dev.epoch.log;

import dev.epoch.events.Envelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What becomes of appends that share one transaction. Pure: it is given what the log holds and says
 * what to store.
 *
 * <p>The appends are taken in order, each as if those before it were stored already:
 *
 * <pre>
 *   the log      repo:a stands at 7, head at 100
 *   append 1     repo:a expects 7, two records   stored   101, 102   versions 8, 9
 *   append 2     repo:a expects 7                refused  the stream stands at 9
 *   append 3     repo:a expects 9, one record    stored   103        version 10
 *   append 4     same ids as append 1            answered as append 1 was
 *   append 5     fence 3, repo:a has 4           refused  its owner was replaced
 * </pre>
 *
 * @param outcomes one for each append, in their order
 * @param appended the records to store, in the order of their positions, without gaps
 * @param head position of the last record, once they are stored
 */
public record AppendBatch(List<Outcome> outcomes, List<StoredRecord> appended, long head) {

  /** Where a record with a given id stands. */
  public record Place(String stream, long version, long position) {}

  /** What one append is answered. */
  public sealed interface Outcome {
    /** Stored now or before. */
    record Answered(AppendResult result) implements Outcome {}

    /** Nothing of it is stored. */
    record Refused(RuntimeException reason) implements Outcome {}
  }

  /**
   * @param head position of the last record of the log, 0 for none
   * @param versions of the streams named by the requests; absent: no records
   * @param fences of the streams named by the requests; absent: never owned
   * @param places of those ids of the requests that the log holds already
   */
  public static AppendBatch decide(
      List<AppendRequest> requests,
      long head,
      Map<String, Long> versions,
      Map<String, Long> fences,
      Map<UUID, Place> places) {
    Decider decider = new Decider(head, new HashMap<>(versions), fences, new HashMap<>(places));
    List<Outcome> outcomes = requests.stream().map(decider::decide).toList();
    return new AppendBatch(outcomes, List.copyOf(decider.appended), decider.head);
  }

  private static final class Decider {
    private final Map<String, Long> versions;
    private final Map<String, Long> fences;
    private final Map<UUID, Place> places;
    private final List<StoredRecord> appended = new ArrayList<>();
    private long head;

    Decider(
        long head, Map<String, Long> versions, Map<String, Long> fences, Map<UUID, Place> places) {
      this.head = head;
      this.versions = versions;
      this.fences = fences;
      this.places = places;
    }

    Outcome decide(AppendRequest request) {
      if (request.records().stream().anyMatch(record -> places.containsKey(record.id()))) {
        return again(request);
      }
      long fence = fences.getOrDefault(request.stream(), EventLog.UNOWNED);
      if (fence != request.fence()) {
        return new Outcome.Refused(new NotOwnerException(request.stream(), request.fence(), fence));
      }
      long version = versions.getOrDefault(request.stream(), 0L);
      if (version != request.expectedVersion()) {
        return new Outcome.Refused(
            new ExpectedVersionException(request.stream(), request.expectedVersion(), version));
      }
      return store(request, version);
    }

    private Outcome store(AppendRequest request, long version) {
      for (Envelope record : request.records()) {
        head++;
        version++;
        appended.add(new StoredRecord(head, request.stream(), version, record));
        places.put(record.id(), new Place(request.stream(), version, head));
      }
      versions.put(request.stream(), version);
      return new Outcome.Answered(new AppendResult(head, version));
    }

    /**
     * Answers a repeated append as the first, if the ids stand one after another in this stream.
     */
    private Outcome again(AppendRequest request) {
      Place last = null;
      for (Envelope record : request.records()) {
        Place place = places.get(record.id());
        if (place == null
            || !place.stream().equals(request.stream())
            || (last != null && place.version() != last.version() + 1)) {
          return new Outcome.Refused(
              new InvalidAppendException(
                  "Record ids are used once: the log holds some of this append's ids, but not as this append to stream "
                      + request.stream()
                      + " (first difference at record "
                      + record.id()
                      + ")"));
        }
        last = place;
      }
      return new Outcome.Answered(new AppendResult(last.position(), last.version()));
    }
  }
}
