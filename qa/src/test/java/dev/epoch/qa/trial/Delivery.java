package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * How a client sends commands: with an idempotency key, again until there is an answer, by chance
 * twice at the same time, and by chance once more long after the answer. Whatever is sent again
 * must be answered in the same way.
 */
final class Delivery {
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The answer to a command that was in doubt, and that recovery took back as a whole. */
  private static final String UNDONE = "OperationFailedError";

  private static final int REMEMBERED = 12;
  private static final int TOLD = 150;

  private final Rest rest;
  private final String repository;
  private final String actor;
  private final Counts counts;
  private final Random random;
  private volatile boolean abandoned;
  private final ArrayDeque<Sent> answered = new ArrayDeque<>();
  private final ArrayDeque<String> told = new ArrayDeque<>();

  Delivery(Rest rest, String repository, String actor, Counts counts, Random random) {
    this.rest = rest;
    this.repository = repository;
    this.actor = actor;
    this.counts = counts;
    this.random = random;
  }

  /** A command, to be sent as often as needed. */
  record Command(String method, String path, String body, String key) {}

  /**
   * What was answered in the end.
   *
   * @param doubted whether an attempt before had no answer
   */
  record Reply(Rest.Answer answer, boolean doubted) {
    int status() {
      return answer.status();
    }

    JsonNode json() {
      return answer.json();
    }

    String error() {
      return answer.status() < 300 ? null : answer.json().path("error").textValue();
    }

    boolean isRefusal(String name) {
      return name.equals(error());
    }
  }

  private record Sent(Command command, Rest.Answer answer) {}

  /** Waits for no more answers. */
  void giveUp() {
    abandoned = true;
  }

  /** Reads, again until there is an answer. */
  Rest.Answer read(String path) {
    return attempt(new Command("GET", path, null, null)).answer();
  }

  /** Sends a command and returns its one answer. */
  Reply send(Command command) {
    boolean twice = random.nextInt(12) == 0;
    Reply reply;
    if (twice) {
      counts.add("commands sent twice at once");
      try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
        CompletableFuture<Reply> other =
            CompletableFuture.supplyAsync(() -> attempt(command, true), executor);
        // what recovery took back of the one is the first answer of the other
        reply = attempt(command, true);
        compare(command, reply.answer(), other.join().answer());
      }
    } else {
      reply = attempt(command);
    }
    if (reply.isRefusal(UNDONE)) {
      counts.add("undone by recovery");
      answered.addLast(new Sent(command, reply.answer()));
      return send(
          new Command(command.method(), command.path(), command.body(), command.key() + "-again"));
    }
    counts.add(reply.status() < 300 ? "acknowledged" : "refused");
    if (reply.status() >= 300) {
      counts.add("refused as " + reply.error());
    }
    answered.addLast(new Sent(command, reply.answer()));
    if (answered.size() > REMEMBERED) {
      answered.removeFirst();
    }
    return reply;
  }

  /** Sends what is no command of the log, but changes nothing when it is sent again. */
  void repeatable(String method, String path, String body) {
    Command command = new Command(method, path, body, null);
    Reply reply = attempt(command);
    if (reply.status() / 100 != 2) {
      throw new AssertionError(command + " was answered " + show(reply.answer()));
    }
    counts.add("acknowledged");
  }

  /** Sends an old command again: the same answer, and nothing happens. */
  void sendOldAgain() {
    if (answered.isEmpty()) {
      return;
    }
    Sent old = new ArrayList<>(answered).get(random.nextInt(answered.size()));
    counts.add("answered commands sent again");
    boolean undone = new Reply(old.answer(), true).isRefusal(UNDONE);
    Reply again = attempt(old.command(), undone);
    if (old.command().path().equals("/schema/exec") && again.isRefusal("BranchNotFoundError")) {
      // statements are no command of the log: once their branch is gone, nobody remembers them
      return;
    }
    compare(old.command(), old.answer(), again.answer());
  }

  private Reply attempt(Command command) {
    return attempt(command, false);
  }

  /** The last commands and their answers, the latest last. */
  String history() {
    synchronized (told) {
      return String.join("\n", told);
    }
  }

  private void tell(Command command, Reply reply) {
    if (command.method().equals("GET")) {
      return;
    }
    synchronized (told) {
      told.addLast(
          "%s %s%s -> %s"
              .formatted(
                  Instant.now(),
                  command,
                  reply.doubted() ? " in doubt" : "",
                  show(reply.answer())));
      if (told.size() > TOLD) {
        told.removeFirst();
      }
    }
  }

  /**
   * @param undone whether the command is known to have been taken back
   */
  private Reply attempt(Command command, boolean undone) {
    Instant end = Instant.now().plus(PATIENCE);
    boolean doubted = false;
    while (true) {
      String why;
      try {
        Rest.Answer answer = once(command);
        boolean again = answer.headers().firstValue("Retry-After").isPresent();
        boolean takenBack = answer.status() == 409 && answer.text().contains(UNDONE);
        boolean unforeseen = answer.status() >= 500 && (answer.status() != 503 || !again);
        if (unforeseen || takenBack && !doubted && !undone) {
          throw new AssertionError(command + " was answered " + answer.status() + answer.text());
        }
        if (!again) {
          if (doubted && command.key() != null) {
            counts.add("settled by sending again");
          }
          Reply reply = new Reply(answer, doubted);
          tell(command, reply);
          return reply;
        }
        counts.add("told to come back");
        why = answer.text();
      } catch (UncheckedIOException gone) {
        why = gone.getMessage();
      }
      if (!doubted && command.key() != null) {
        counts.add("in doubt");
      }
      doubted = true;
      if (abandoned || Instant.now().isAfter(end)) {
        throw new AssertionError("No answer to " + command + ", last: " + why);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private Rest.Answer once(Command command) {
    Map<String, String> headers = new HashMap<>(Map.of("X-User-Id", actor));
    if (command.body() != null) {
      headers.put("Content-Type", "application/json");
    }
    if (command.key() != null) {
      headers.put("Idempotency-Key", command.key());
    }
    String path = command.path();
    return rest.send(
        command.method(),
        path + (path.contains("?") ? "&" : "?") + "repository=" + repository,
        command.body(),
        headers);
  }

  private static void compare(Command command, Rest.Answer one, Rest.Answer two) {
    if (!essence(one).equals(essence(two))) {
      throw new AssertionError(
          "%s was answered%n%s%nand, sent again,%n%s".formatted(command, show(one), show(two)));
    }
  }

  /** What of an answer must never change. */
  private static List<Object> essence(Rest.Answer answer) {
    if (answer.text().isBlank()) {
      return List.of(answer.status());
    }
    JsonNode json = answer.json();
    return List.of(
        answer.status(),
        json.path("error"),
        json.path("id"),
        json.path("name"),
        json.path("result_commit_id"),
        json.path("up_to_date"),
        json.path("is_fast_forward"),
        json.path("remaining"),
        json.path("resolved"),
        json.path("details").path("conflict_count"));
  }

  private static String show(Rest.Answer answer) {
    return answer.status() + " " + answer.text();
  }
}
