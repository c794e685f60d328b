package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.branch.BranchService;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Rights;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.access.Verb;
import dev.epoch.storage.SqlSurface;
import dev.epoch.storage.schema.SchemaMigrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs the commands of sessions. Who asks is the role that the session logged in with; the id of
 * the command is its idempotency key, so that one that is taken again gets the answer that it had.
 */
final class SessionCommands {
  private static final String ROLE_PREFIX = "role:";

  private final VersioningServer server;
  private final SchemaComparisons comparisons;

  SessionCommands(VersioningServer server, SchemaComparisons comparisons) {
    this.server = server;
    this.comparisons = comparisons;
  }

  /**
   * @return the facts of the answer
   */
  ObjectNode run(LiveRepository repository, SqlSurface.Command command) {
    Caller caller =
        Caller.ofSession(actor(command.role()), command.role(), "session-" + command.id());
    Parameters given = new Parameters(command.parameters());
    return switch (command.verb()) {
      case "create_branch" -> createBranch(repository, given, caller);
      case "delete_branch" -> deleteBranch(repository, given, caller);
      case "commit" -> commit(repository, given, caller);
      case "merge" -> merge(repository, given, caller);
      case "resolve" -> resolve(repository, given, caller);
      case "abort_merge" -> abortMerge(repository, given, caller);
      case "ddl" -> ddl(repository, given, caller);
      case "compare_schemas" -> {
        read(repository, caller);
        yield compareSchemas(repository, given);
      }
      case "table_add" -> addTable(repository, given, caller);
      case "status" -> {
        read(repository, caller);
        yield status(repository, given);
      }
      default ->
          throw new RefusedException(
              Code.VALIDATION,
              "This server does not know epoch." + command.verb(),
              Map.of("remedy", "Update the server: the database was served by a newer one"));
    };
  }

  private static void read(LiveRepository repository, Caller caller) {
    Rights.require(repository.state(), caller.principal(), Verb.READ, null, null);
  }

  /** Ids that the server gives itself are nobody's else. */
  static Actor actor(String role) {
    return new Actor(role.startsWith(Actor.OWN) ? ROLE_PREFIX + role : role, role, "");
  }

  /** What a session gave; absent is null. */
  private record Parameters(ObjectNode json) {
    String text(String name) {
      return json.path(name).isTextual() ? json.get(name).textValue() : null;
    }

    String required(String name) {
      String text = text(name);
      if (text == null) {
        throw new RefusedException(
            Code.VALIDATION, "The parameter " + name + " must not be null", Map.of());
      }
      return text;
    }

    /** Null unless one was made. */
    Boolean choice(String name) {
      return json.path(name).isBoolean() ? json.get(name).booleanValue() : null;
    }

    boolean flag(String name) {
      return json.path(name).asBoolean(false);
    }

    /** The branch that was named, else the one that the session stands on. */
    String branch() {
      return json.hasNonNull("branch") ? text("branch") : required("current");
    }

    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      json.path(name).forEach(element -> texts.add(element.asText()));
      return texts;
    }
  }

  private ObjectNode createBranch(LiveRepository repository, Parameters given, Caller caller) {
    String from = given.text("from") == null ? given.required("current") : given.text("from");
    StepResult created =
        server
            .branches()
            .create(
                repository,
                new BranchService.NewBranch(
                    given.required("name"),
                    from,
                    false,
                    null,
                    given.choice("own_sequences"),
                    given.flag("schema_only")),
                caller);
    return facts()
        .put(
            "head",
            created
                .event(BranchCreatedV1.class)
                .map(BranchCreatedV1::head)
                .orElseGet(() -> created.formerFacts().get("head")));
  }

  private ObjectNode deleteBranch(LiveRepository repository, Parameters given, Caller caller) {
    server.branches().delete(repository, given.required("name"), given.flag("force"), caller);
    return facts().put("status", "deleted");
  }

  private ObjectNode commit(LiveRepository repository, Parameters given, Caller caller) {
    RepositoryState state = repository.state();
    Optional<BranchState> branch = state.branch(given.branch());
    boolean committed =
        StepResult.former(state, RecordType.COMMIT_TO_BRANCH_V1, caller).isPresent();
    boolean continued = StepResult.former(state, RecordType.CONTINUE_MERGE_V1, caller).isPresent();
    boolean open = branch.map(BranchState::merge).isPresent();
    if (continued || open && !committed) {
      MergeService.Merged merged =
          server
              .merges()
              .continueMerge(
                  repository,
                  given.branch(),
                  given.text("message"),
                  caller.actor(),
                  given.flag("allow_destructive"),
                  caller);
      return merged(merged);
    }
    CommitService.Committed done =
        server
            .commits()
            .commit(
                repository,
                new CommitService.Request(
                    given.branch(),
                    given.required("message"),
                    caller.actor(),
                    given.texts("tables"),
                    false,
                    null),
                caller);
    return facts().put("commit", done.commit().id());
  }

  private ObjectNode merge(LiveRepository repository, Parameters given, Caller caller) {
    return merged(
        server
            .merges()
            .merge(
                repository,
                new MergeService.Request(
                    given.branch(),
                    given.required("source"),
                    given.text("strategy"),
                    given.text("message"),
                    caller.actor(),
                    null,
                    false,
                    false,
                    false,
                    null,
                    null,
                    false,
                    given.flag("allow_destructive")),
                caller));
  }

  private static ObjectNode merged(MergeService.Merged merged) {
    long conflicts = merged.conflicts().values().stream().mapToLong(Long::longValue).sum();
    CommitState result = merged.result();
    String status =
        conflicts > 0
            ? "conflicts"
            : merged.upToDate() ? "up-to-date" : merged.fastForward() ? "fast-forward" : "merged";
    return facts()
        .put("status", status)
        .put("conflicts", conflicts)
        .put("commit", result == null ? null : result.id());
  }

  private ObjectNode resolve(LiveRepository repository, Parameters given, Caller caller) {
    RepositoryState state = repository.state();
    ConflictService.Settled settled =
        server
            .conflicts()
            .former(state, caller)
            .orElseGet(() ->
                server
                    .conflicts()
                    .resolve(
                        repository,
                        SessionDecision.of(server, state, given.json(), given.branch()),
                        caller));
    return facts().put("resolved", settled.resolved()).put("remaining", settled.remaining());
  }

  private ObjectNode abortMerge(LiveRepository repository, Parameters given, Caller caller) {
    server.merges().abort(repository, given.branch(), caller);
    return facts().put("status", "aborted");
  }

  private ObjectNode ddl(LiveRepository repository, Parameters given, Caller caller) {
    RepositoryState state = repository.state();
    Rights.requireStatements(state, caller.principal(), References.branch(state, given.branch()));
    DdlService.Done done =
        server
            .ddl()
            .run(
                repository.state(),
                new DdlService.Request(
                    given.branch(),
                    null,
                    given.required("sql"),
                    given.flag("force"),
                    DdlService.USUAL,
                    caller.idempotencyKey()));
    done.progress().steps().stream()
        .filter(step -> step.state() == SchemaMigrations.State.FAILED)
        .findFirst()
        .ifPresent(failed -> {
          throw new RefusedException(
              Code.VALIDATION,
              failed.error(),
              Map.of("statement", failed.sql(), "operation_id", done.progress().id()));
        });
    ObjectNode facts = facts();
    done.tables().forEach(facts.putArray("tables")::add);
    return facts;
  }

  private ObjectNode compareSchemas(LiveRepository repository, Parameters given) {
    RepositoryState state = repository.state();
    References references =
        new References(state, References.branch(state, given.required("current")));
    int changes =
        comparisons.compare(
            state,
            references.commit(given.required("base")),
            references.commit(given.required("target")));
    return facts().put("changes", changes);
  }

  /** On the default branch a live table, on others one that was made there. */
  private ObjectNode addTable(LiveRepository repository, Parameters given, Caller caller) {
    RepositoryState state = repository.state();
    String path = given.required("table");
    boolean live = state.isDefault(References.branch(state, given.branch()));
    RegisteredTable table =
        server
            .tables()
            .register(
                repository,
                new TableService.Request(
                    path.substring(path.lastIndexOf('.') + 1),
                    null,
                    given.text("storage") == null ? usualStorage(state) : given.text("storage"),
                    path,
                    given.texts("key"),
                    live ? null : given.branch()),
                caller);
    return facts().put("rows", table.baselineRows());
  }

  /** The storage that the repository's tables are in; null if there are several, or none. */
  private static String usualStorage(RepositoryState state) {
    Set<String> storages = new TreeSet<>();
    state
        .tables()
        .idByName()
        .values()
        .forEach(id -> storages.add(state.tables().byId().get(id).storage()));
    return storages.size() == 1 ? storages.iterator().next() : null;
  }

  private ObjectNode status(LiveRepository repository, Parameters given) {
    RepositoryState state = repository.state();
    BranchState branch = References.branch(state, given.branch());
    ObjectNode facts = facts();
    ArrayNode changes = facts.putArray("changes");
    server
        .workingSets()
        .changes(state, branch)
        .forEach(change ->
            changes
                .addObject()
                .put("table", change.table())
                .put("inserted", change.inserted())
                .put("updated", change.updated())
                .put("deleted", change.deleted())
                .put("registered", change.registered())
                .put("removed", change.removed())
                .put("schema_changes", change.schemaChanges().size()));
    ArrayNode untracked = facts.putArray("untracked");
    server.workingSets().untracked(state, branch).forEach(untracked::add);
    return facts;
  }

  private static ObjectNode facts() {
    return JsonNodeFactory.instance.objectNode();
  }
}
