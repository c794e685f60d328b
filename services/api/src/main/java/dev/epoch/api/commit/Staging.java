package dev.epoch.api.commit;

import dev.epoch.api.answer.Done;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import java.util.List;

/** Staging, which two paths offer. */
final class Staging {
  private Staging() {}

  static Done.Staged stage(ApiRequest request, StageTables body) {
    LiveRepository repository = request.repository();
    int count =
        request
            .server()
            .workingSets()
            .stage(repository, branch(request, repository, body), tables(body), request.caller());
    return new Done.Staged("staged", count);
  }

  static Done.Staged unstage(ApiRequest request, StageTables body) {
    LiveRepository repository = request.repository();
    int count =
        request
            .server()
            .workingSets()
            .unstage(repository, branch(request, repository, body), tables(body), request.caller());
    return new Done.Staged("unstaged", count);
  }

  private static String branch(ApiRequest request, LiveRepository repository, StageTables body) {
    return request.branchName(repository.state(), body == null ? null : body.branch());
  }

  private static List<String> tables(StageTables body) {
    return body == null || body.tables() == null ? List.of() : body.tables();
  }
}
