package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.projections.history.HistoryProjector;
import dev.epoch.projections.history.HistoryReads;
import dev.epoch.projections.recoverysidecars.RecoveryReads;
import dev.epoch.projections.recoverysidecars.RecoverySidecarsProjector;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Operations in doubt and those that were settled. The other pages for operators come with the
 * projections, beside this one under {@code /admin}.
 */
@Path(ApiPaths.PREFIX + "/admin/recovery")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
public class RecoveryResource {
  private final ApiRequest request;
  private final RecoveryReads recovery;
  private final HistoryReads history;

  RecoveryResource(ApiRequest request, RecoveryReads recovery, HistoryReads history) {
    this.request = request;
    this.recovery = recovery;
    this.history = history;
  }

  @GET
  @Operation(
      summary = "Operations in doubt, and the audit trail of recoveries",
      description = "Of every repository, unless one is named.")
  public Uni<RecoveryView> get(@QueryParam("repository") String repository) {
    List<LiveRepository> repositories =
        repository == null
            ? request.server().repositories().list()
            : List.of(request.repository(repository));
    List<String> names = repositories.stream().map(LiveRepository::name).toList();
    return untilRead(repositories)
        .chain(() -> recovery.open(names))
        .chain(this::named)
        .chain(open ->
            recovery
                .completed(names)
                .map(completed ->
                    new RecoveryView(
                        open, completed.stream().map(RecoveryView.Completed::of).toList())));
  }

  private Uni<Void> untilRead(List<LiveRepository> repositories) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (LiveRepository each : repositories) {
      // what the request says is not there any more when another thread goes on
      Uni<Void> recoveries = request.until(RecoverySidecarsProjector.NAME, each);
      Uni<Void> branches = request.until(HistoryProjector.NAME, each);
      all = all.chain(() -> recoveries).chain(() -> branches);
    }
    return all;
  }

  /** With the names that their branches have by now. */
  private Uni<List<RecoveryView.Open>> named(List<RecoveryReads.Open> open) {
    return Multi.createFrom()
        .iterable(open.stream().map(RecoveryReads.Open::repository).distinct().toList())
        .onItem()
        .transformToUniAndConcatenate(repository ->
            history
                .branches(repository)
                .map(branches ->
                    open.stream()
                        .filter(one -> one.repository().equals(repository))
                        .map(one -> RecoveryView.Open.of(one, branches))
                        .toList()))
        .collect()
        .in(ArrayList::new, List::addAll);
  }
}
