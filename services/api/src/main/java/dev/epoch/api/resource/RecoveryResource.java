package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.view.RecoveryView;
import dev.epoch.engine.state.OperationState;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.gateway.LiveRepository;
import dev.epoch.log.StoredRecord;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Comparator;
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
@RunOnVirtualThread
public class RecoveryResource {
  private static final String RECOVERED = RecordType.RECOVERY_COMPLETED_V1.wireName();

  private final ApiRequest request;
  private final RecordCodec codec = new RecordCodec();

  RecoveryResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "Operations in doubt, and the audit trail of recoveries",
      description = "Of every repository, unless one is named.")
  public RecoveryView get(@QueryParam("repository") String repository) {
    List<LiveRepository> repositories =
        repository == null
            ? request.server().repositories().list()
            : List.of(request.repository(repository));
    List<RecoveryView.Open> open = new ArrayList<>();
    List<RecoveryView.Completed> completed = new ArrayList<>();
    for (LiveRepository each : repositories) {
      each.state().operations().values().stream()
          .sorted(Comparator.comparingLong(OperationState::position))
          .forEach(operation -> open.add(RecoveryView.Open.of(each.state(), operation)));
      completed.addAll(recoveries(each));
    }
    completed.sort(Comparator.comparingLong(RecoveryView.Completed::position));
    return new RecoveryView(open, completed);
  }

  private List<RecoveryView.Completed> recoveries(LiveRepository repository) {
    return request
        .server()
        .log()
        .read(repository.stream(), 0)
        .filter(stored -> stored.envelope().type().equals(RECOVERED))
        .map(stored -> view(repository.name(), stored))
        .collect()
        .asList()
        .await()
        .indefinitely();
  }

  private RecoveryView.Completed view(String repository, StoredRecord stored) {
    Envelope envelope = stored.envelope();
    RecoveryCompletedV1 event =
        (RecoveryCompletedV1) codec.decode(envelope.type(), envelope.version(), envelope.data());
    return new RecoveryView.Completed(
        stored.position(),
        repository,
        event.operationId().toString(),
        event.outcome(),
        envelope.actor(),
        event.originalActor(),
        event.tables(),
        event.reason(),
        envelope.time());
  }
}
