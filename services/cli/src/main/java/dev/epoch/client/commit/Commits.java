package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.Actor;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Creates and lists commits. */
public final class Commits {

  private final Scope scope;

  public Commits(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * What to commit.
   *
   * @param tables only these, or empty for what is staged, or for everything if nothing is
   * @param all everything, whatever is staged
   * @param schema what of the databases' schemas
   */
  public record Draft(
      String branch,
      String message,
      Actor author,
      List<String> tables,
      boolean all,
      Schema schema) {

    /** What a commit records of the objects of the databases' schemas. */
    public enum Schema {
      /** Nothing. */
      LEFT_OUT,
      /** All of them. */
      INCLUDED,
      /** All of them, and no records. */
      ONLY
    }

    /** Checks what must be there. */
    public Draft {
      Objects.requireNonNull(branch, "branch");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(author, "author");
      tables = List.copyOf(tables);
    }
  }

  /**
   * Which commits to list; all but ref, limit and offset may be null.
   *
   * @param ref where to start, or {@code a..b}
   * @param since ISO 8601
   * @param until ISO 8601
   * @param all those of every branch
   */
  public record Selection(
      String ref,
      int limit,
      long offset,
      String since,
      String until,
      String author,
      String committer,
      String actor,
      String table,
      boolean all) {

    /** The newest commits of a ref. */
    public static Selection of(String ref, int limit) {
      return new Selection(ref, limit, 0, null, null, null, null, null, null, false);
    }

    /** The same from another offset. */
    public Selection from(long newOffset, int newLimit) {
      return new Selection(
          ref, newLimit, newOffset, since, until, author, committer, actor, table, all);
    }
  }

  /** Creates a commit. */
  public Commit create(Draft draft) {
    ObjectNode body = Json.object().put("message", draft.message()).put("branch", draft.branch());
    if (draft.author().name() != null) {
      body.put("author_name", draft.author().name());
    }
    if (draft.author().email() != null) {
      body.put("author_email", draft.author().email());
    }
    if (!draft.tables().isEmpty()) {
      ArrayNode tables = body.putArray("tables");
      draft.tables().forEach(tables::add);
    }
    if (draft.all()) {
      body.put("all", true);
    }
    switch (draft.schema()) {
      case LEFT_OUT -> {}
      case INCLUDED -> body.put("include_schema", true);
      case ONLY -> body.put("schema_only", true);
    }
    return Commit.of(scope.send(scope.post("commits").body(body)));
  }

  /** One page of the history, newest first. */
  public Commit.Page list(Selection selection) {
    return Commit.Page.of(
        scope.send(
            scope
                .get("commits")
                .query("ref", selection.ref())
                .query("limit", selection.limit())
                .query("offset", selection.offset())
                .query("since", selection.since())
                .query("until", selection.until())
                .query("author", selection.author())
                .query("committer", selection.committer())
                .query("actor", selection.actor())
                .query("table", selection.table())
                .query("all", selection.all() ? true : null)));
  }

  /** One commit. */
  public Commit get(String ref) {
    return Commit.of(scope.send(scope.get("commits", ref)));
  }
}
