package dev.epoch.gateway.stream;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.Engine;
import dev.epoch.engine.state.Appliers;
import dev.epoch.engine.state.Occurrence;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordTooLargeException;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.gateway.stream.LiveRepository.CatchUp;
import dev.epoch.gateway.stream.LiveRepository.CommandRequest;
import dev.epoch.gateway.stream.LiveRepository.ContinuationRequest;
import dev.epoch.gateway.stream.LiveRepository.Request;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.StoredRecord;
import dev.epoch.model.commit.GraphSegment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A repository's stream in the log: decisions to records, records to state. */
public final class RepositoryStream {
  private static final String PREFIX = "repository/";
  private static final int ATTEMPTS = 5;

  private final String repository;
  private final EventLog log;
  private final StateSnapshots snapshots;
  private final RecordCodec codec;
  private final InstantSource clock;
  private final Supplier<String> ids;
  private final Duration keysKept;

  /**
   * @param keysKept how long outcomes are remembered by their idempotency keys
   */
  public RepositoryStream(
      String repository,
      EventLog log,
      StateSnapshots snapshots,
      RecordCodec codec,
      InstantSource clock,
      Supplier<String> ids,
      Duration keysKept) {
    this.repository = repository;
    this.log = log;
    this.snapshots = snapshots;
    this.codec = codec;
    this.clock = clock;
    this.ids = ids;
    this.keysKept = keysKept;
  }

  public static String name(String repository) {
    return PREFIX + repository;
  }

  /** The repository that a stream belongs to, if it is one of a repository. */
  static Optional<String> repository(String stream) {
    return stream.startsWith(PREFIX)
        ? Optional.of(stream.substring(PREFIX.length()))
        : Optional.empty();
  }

  /**
   * How far a repository is known.
   *
   * @param state after the last record
   * @param position of that record in the log, 0 for a repository without records
   */
  record StateAtVersion(RepositoryState state, long position) {}

  /** The state from the newest snapshot and the records after it. */
  StateAtVersion load() {
    RepositoryState state =
        snapshots
            .latest(repository, this::restoreSegments)
            .orElseGet(() -> RepositoryState.empty(repository));
    long position =
        state.version() == 0
            ? 0
            : log.read(name(repository), state.version() - 1)
                .select()
                .first()
                .toUni()
                .await()
                .indefinitely()
                .position();
    return catchUp(new StateAtVersion(state, position));
  }

  /** The state with all records that the log holds by now. */
  StateAtVersion catchUp(StateAtVersion standing) {
    StateAtVersion[] reached = {standing};
    forEachRecord(
        standing.state().version(),
        stored -> {
          RepositoryState state = apply(reached[0].state(), stored);
          if (snapshots.due(state)) {
            save(state);
            state = snapshots.shortened(state);
          }
          reached[0] = new StateAtVersion(state, stored.position());
        });
    return reached[0];
  }

  /**
   * The records of this repository in order, on this thread: they may be as many as there ever
   * were.
   */
  public void forEachRecord(long afterVersion, Consumer<StoredRecord> work) {
    try (Stream<StoredRecord> records =
        log.read(name(repository), afterVersion).subscribe().asStream()) {
      records.forEach(work);
    }
  }

  /** Saves a snapshot, if there is anything new. */
  void save(RepositoryState state) {
    snapshots.save(state, this::restoreSegments);
  }

  /** Replays the stream and writes the segments of its commits anew, for they were lost. */
  private void restoreSegments() {
    RepositoryState[] state = {RepositoryState.empty(repository)};
    forEachRecord(
        0,
        stored -> {
          RepositoryState next = applied(state[0], stored);
          int whole = next.commits().size() - next.commits().archivedSize();
          state[0] =
              whole < GraphSegment.SIZE ? next : snapshots.archive(next, this::restoreSegments);
        });
  }

  /** The state without outcomes that expired since. */
  RepositoryState unexpired(RepositoryState state) {
    return Appliers.expire(state, clock.instant().minus(keysKept));
  }

  /** The state after a stored record; replay and tails use it. */
  public RepositoryState apply(RepositoryState state, StoredRecord stored) {
    return snapshots.shortened(applied(state, stored));
  }

  /** The state after the next record, which another process appended. */
  StateAtVersion follow(StateAtVersion before, StoredRecord next) {
    RepositoryState state = apply(before.state(), next);
    snapshots.offer(state, this::restoreSegments);
    return new StateAtVersion(state, next.position());
  }

  private RepositoryState applied(RepositoryState before, StoredRecord stored) {
    Envelope envelope = stored.envelope();
    RepositoryState state = Appliers.expire(before, envelope.time().minus(keysKept));
    if (envelope.kind() == RecordKind.COMMAND) {
      return Appliers.pass(state, stored.version());
    }
    Object data = codec.decode(envelope.type(), envelope.version(), envelope.data());
    Occurrence at = occurrence(envelope, stored.version());
    return data instanceof Rejection rejection
        ? Appliers.apply(state, rejection, at)
        : Appliers.apply(state, (Event) data, at);
  }

  /**
   * Decides every request, each on the state that the ones before lead to, stores all decisions at
   * once, publishes where the repository stands then, and answers: who has an answer reads what it
   * tells of.
   *
   * @param fence of the ownership in whose name it is stored
   * @param doubt told of the operations whose records may be stored when the append fails, and of
   *     the version of the stream that the append expected
   */
  void decideAndAppend(
      StateAtVersion from,
      long fence,
      List<Request> requests,
      Consumer<StateAtVersion> publish,
      ObjLongConsumer<List<UUID>> doubt) {
    StateAtVersion start = from;
    for (int attempt = 1; ; attempt++) {
      Batch batch = new Batch(start.state());
      requests.forEach(batch::decide);
      try {
        long position =
            batch.records.isEmpty()
                ? start.position()
                : append(fence, start.state().version(), batch.records).position();
        publish.accept(new StateAtVersion(snapshots.shortened(batch.state), position));
        batch.answer(position);
        snapshots.offer(batch.state, this::restoreSegments);
        return;
      } catch (AppendOutcomeUnknownException unknown) {
        doubt.accept(batch.operations, start.state().version());
        throw unknown;
      } catch (ExpectedVersionException moved) {
        if (attempt == ATTEMPTS) {
          throw moved;
        }
        start = catchUp(start);
      }
    }
  }

  private AppendResult append(long fence, long expectedVersion, List<Envelope> records) {
    AppendOutcomeUnknownException unknown = null;
    for (int attempt = 1; ; attempt++) {
      try {
        return log.append(name(repository), fence, expectedVersion, records).await().indefinitely();
      } catch (AppendOutcomeUnknownException again) {
        unknown = again;
      } catch (NotOwnerException replaced) {
        // the attempts before are refused too, as far as they are not stored
        throw replaced;
      } catch (LogUnavailableException away) {
        // this attempt stored nothing, which says nothing of the ones before
        if (unknown == null) {
          throw away;
        }
      }
      if (attempt == ATTEMPTS) {
        throw unknown;
      }
    }
  }

  private static Occurrence occurrence(Envelope envelope, long version) {
    return new Occurrence(
        version,
        envelope.time(),
        envelope.actor(),
        envelope.causation(),
        envelope.idempotencyKey());
  }

  /** Decisions that are appended together. */
  private final class Batch {
    private final long firstVersion;
    private final List<Envelope> records = new ArrayList<>();
    private final List<Runnable> answers = new ArrayList<>();
    private final List<UUID> operations = new ArrayList<>();
    private RepositoryState state;
    private long lastPosition;

    Batch(RepositoryState state) {
      this.state = state;
      this.firstVersion = state.version();
    }

    /** A request that cannot be decided fails alone; the others of the batch go on. */
    void decide(Request request) {
      RepositoryState before = state;
      int kept = records.size();
      try {
        decideOne(request);
      } catch (RuntimeException fault) {
        state = before;
        records.subList(kept, records.size()).clear();
        answers.add(() -> fail(request, fault));
      }
    }

    private void decideOne(Request request) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      state = Appliers.expire(state, now.minus(keysKept));
      Caller caller = request.caller();
      DecisionContext context =
          new DecisionContext(caller.actor(), caller.principal(), now, caller.command(), ids);
      switch (request) {
        case CommandRequest command -> {
          String kind = RecordType.of(command.command()).wireName();
          String key = caller.key(kind);
          Optional<Outcome> former = state.outcomes().of(key);
          if (former.isPresent()) {
            RepositoryState standing = state;
            answers.add(() -> complete(request, List.of(), Optional.empty(), former, standing));
            return;
          }
          Optional<Rejection> reuse = caller.reuse(state);
          if (reuse.isPresent()) {
            refuse(request, reuse.get());
            return;
          }
          String encoded = codec.encode(command.command());
          if (NulCharacters.in(encoded)) {
            refuse(request, NulCharacters.REFUSAL);
            return;
          }
          Decision decision = Engine.decide(state, command.command(), context);
          if (!state.exists() && decision.rejection().isPresent()) {
            refuse(request, decision.rejection().get());
            return;
          }
          record(command.command(), encoded, caller, key, now, caller.command());
          store(request, decision, key, now);
        }
        case CatchUp _ -> throw new IllegalStateException("nothing to decide");
        case ContinuationRequest continuation -> {
          Optional<Outcome> former =
              begins(continuation.continuation())
                  ? state.outcomes().of(continuation.key()).filter(Batch::isFinal)
                  : Optional.empty();
          if (former.isPresent()) {
            RepositoryState standing = state;
            answers.add(() -> complete(request, List.of(), Optional.empty(), former, standing));
            return;
          }
          store(
              request,
              Engine.decide(state, continuation.continuation(), context),
              continuation.key(),
              now);
        }
      }
    }

    /**
     * Whether it must not be decided once its command has an outcome, which an earlier request of
     * the same key may have got since this one was looked up.
     */
    private static boolean begins(Continuation continuation) {
      return continuation instanceof Continuation.PrepareMerge
          || continuation instanceof Continuation.OpenMerge
          || continuation instanceof Continuation.Refuse;
    }

    /** Not that of a merge which broke constraints: it is opened with these. */
    private static boolean isFinal(Outcome outcome) {
      return !(outcome instanceof Outcome.Refused refused)
          || refused.rejection().code() != Code.MERGE_CONFLICT;
    }

    private void store(Request request, Decision decision, String key, Instant now) {
      for (Event event : decision.events()) {
        if (event instanceof OperationPreparedV1 prepared) {
          operations.add(prepared.operationId());
        }
        state =
            Appliers.apply(
                state,
                event,
                occurrence(
                    record(
                        event, codec.encode(event), request.caller(), key, now, UUID.randomUUID()),
                    version()));
      }
      decision
          .rejection()
          .ifPresent(rejection ->
              state =
                  Appliers.apply(
                      state,
                      rejection,
                      occurrence(
                          record(
                              rejection,
                              codec.encode(rejection),
                              request.caller(),
                              key,
                              now,
                              UUID.randomUUID()),
                          version())));
      RepositoryState after = state;
      answers.add(() ->
          complete(request, decision.events(), decision.rejection(), Optional.empty(), after));
    }

    /** Refuses without a record. */
    private void refuse(Request request, Rejection rejection) {
      RepositoryState standing = state;
      answers.add(() ->
          request
              .answer()
              .complete(
                  new StepResult(
                      List.of(), Optional.of(rejection), Optional.empty(), standing, 0, 0)));
    }

    private void fail(Request request, RuntimeException fault) {
      if (fault instanceof RecordTooLargeException && request instanceof CommandRequest) {
        Rejection rejection =
            Rejection.of(Code.VALIDATION, fault.getMessage(), "Ask for less at once");
        request
            .answer()
            .complete(
                new StepResult(List.of(), Optional.of(rejection), Optional.empty(), state, 0, 0));
      } else {
        request.answer().completeExceptionally(fault);
      }
    }

    private Envelope record(
        Object data, String encoded, Caller caller, String key, Instant now, UUID id) {
      RecordType type = RecordType.of(data);
      Envelope envelope =
          new Envelope(
              id,
              type.kind(),
              type.wireName(),
              type.version(),
              now,
              caller.actor(),
              caller.principal().besides(caller.actor().id()),
              caller.command(),
              key,
              encoded);
      records.add(envelope);
      state = Appliers.pass(state, version());
      return envelope;
    }

    private long version() {
      return firstVersion + records.size();
    }

    private void complete(
        Request request,
        List<Event> events,
        Optional<Rejection> rejection,
        Optional<Outcome> former,
        RepositoryState after) {
      long position = lastPosition - (version() - after.version());
      request
          .answer()
          .complete(new StepResult(events, rejection, former, after, after.version(), position));
    }

    /** The records of one append stand one after another in the log. */
    void answer(long position) {
      lastPosition = position;
      answers.forEach(Runnable::run);
    }
  }
}
