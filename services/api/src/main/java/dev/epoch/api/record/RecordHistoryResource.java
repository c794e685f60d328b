package dev.epoch.api.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.RecordNotFoundException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Pages;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.RecordHistory;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where a record comes from. */
@Path(ApiPaths.PREFIX + "/tables/{table}/records/{key}")
@Tag(name = "Records")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RecordHistoryResource {
  private final ApiRequest request;

  RecordHistoryResource(ApiRequest request) {
    this.request = request;
  }

  /** A record through the commits before a ref. */
  private record Subject(
      RepositoryState state,
      String table,
      String key,
      RowKey row,
      RecordJson json,
      CommitState from,
      RecordHistory past) {
    RecordNotFoundException missing(String ref) {
      return new RecordNotFoundException(table, key, ref == null ? "HEAD" : ref);
    }
  }

  @GET
  @Path("history")
  @Operation(
      summary = "Commits that changed a record, the newest first",
      description =
          "Each with the record before and after it. Of two sides of a merge that left the record as one of them had it, only that one is followed.")
  public RecordHistoryView history(
      @PathParam("table") String table,
      @Parameter(description = "Values of the key columns, each URL-encoded, joined by commas")
          @PathParam("key")
          @Encoded
          String key,
      @QueryParam("ref") String ref,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") String after) {
    int size = Pages.limit(limit);
    Subject subject = subject(table, key, ref);
    List<RecordHistory.Change> found =
        subject.past().changes(subject.from(), after == null ? null : after, size + 1);
    if (found.isEmpty() && after == null) {
      throw subject.missing(ref);
    }
    List<RecordHistoryView.Entry> page =
        found.stream().limit(size).map(change -> entry(change, subject.json())).toList();
    return new RecordHistoryView(
        page,
        found.size() > size ? page.getLast().commit().id() : null,
        lost(
            subject,
            Stream.concat(
                Stream.of(subject.from()),
                found.stream().limit(size).flatMap(change -> withParents(subject, change)))));
  }

  private static Stream<CommitState> withParents(Subject subject, RecordHistory.Change change) {
    return Stream.concat(
        Stream.of(change.commit()),
        change.commit().parents().stream()
            .limit(1)
            .map(id -> subject.state().commits().byId().get(id)));
  }

  /** Columns of the table as any of the commits has it; each of its schemas is asked about once. */
  private List<String> lost(Subject subject, Stream<CommitState> commits) {
    Set<Digest> schemas = new HashSet<>();
    Set<String> lost = new TreeSet<>();
    commits
        .filter(commit -> {
          TableEntry entry = commit.tree().get(subject.table());
          return entry != null && schemas.add(entry.schemaHash());
        })
        .forEach(commit ->
            lost.addAll(
                request
                    .server()
                    .reads()
                    .lost(Snapshot.of(subject.state(), commit, commit.id()), subject.table())));
    return List.copyOf(lost);
  }

  private static RecordHistoryView.Entry entry(RecordHistory.Change change, RecordJson json) {
    RowChange row = change.change();
    return new RecordHistoryView.Entry(
        RecordHistoryView.Source.of(change.commit()),
        RecordJson.wireName(row.kind()),
        json.keys().toJson(row.key()),
        json.record(row.before()),
        json.record(row.after()),
        json.fields(row));
  }

  @GET
  @Path("blame")
  @Operation(
      summary = "Which commit each field of a record comes from",
      description = "The last one that gave it the value that it has at the ref, as committed.")
  public RecordHistoryView.Blame blame(
      @PathParam("table") String table,
      @Parameter(description = "Values of the key columns, each URL-encoded, joined by commas")
          @PathParam("key")
          @Encoded
          String key,
      @QueryParam("ref") String ref) {
    Subject subject = subject(table, key, ref);
    RecordHistory.Blame blame = subject.past().blame(subject.from());
    if (blame == null) {
      throw subject.missing(ref);
    }
    ObjectNode record = subject.json().record(blame.row());
    List<RecordHistoryView.Field> fields = new ArrayList<>();
    for (Column column : subject.json().schema().columns()) {
      CommitState commit = blame.commits().get(fields.size());
      fields.add(
          new RecordHistoryView.Field(
              column.name(), record.get(column.name()), RecordHistoryView.Source.of(commit)));
    }
    return new RecordHistoryView.Blame(
        subject.json().keys().toJson(subject.row()),
        fields,
        lost(subject, Stream.of(subject.from())));
  }

  private Subject subject(String table, String key, String ref) {
    RepositoryState state = request.state();
    ReadService reads = request.server().reads();
    CommitState from = request.references(state).commit(ref);
    TableHandle handle = Backends.newest(state, ReadService.registered(state, table));
    RecordJson json = new RecordJson(handle.schema(), reads.values(state, handle));
    RowKey row = json.keys().fromPath(key);
    return new Subject(state, table, key, row, json, from, reads.history(state, table, row));
  }
}
