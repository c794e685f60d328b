package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FailureMapping;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.solve.SolverUnavailableException;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.gateway.stream.RefusedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Supplier;

/** Answers of the catalog: JSON, and failures as {@code {"error": message}}. */
final class Answers {
  private Answers() {}

  static Response ok(Supplier<? extends JsonNode> work) {
    return of(() -> json(200, work.get()));
  }

  static Response created(Supplier<? extends JsonNode> work) {
    return of(() -> json(201, work.get()));
  }

  static Response of(Supplier<Response> work) {
    try {
      return work.get();
    } catch (CatalogException e) {
      return failure(e.status(), e.getMessage(), e.remedy());
    } catch (SolverUnavailableException e) {
      return failure(501, e.getMessage(), null);
    } catch (InvalidCatalogException e) {
      return failure(400, e.getMessage(), null);
    } catch (RefusedException e) {
      ApiError error = FailureMapping.error(e);
      Object remedy = error.details().get("remedy");
      return failure(error.status(), error.message(), remedy == null ? null : remedy.toString());
    }
  }

  static Response json(int status, JsonNode body) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(CatalogJson.bytes(body))
        .build();
  }

  private static Response failure(int status, String message, String remedy) {
    ObjectNode body = CatalogJson.object().put("error", message);
    if (remedy != null) {
      body.put("remedy", remedy);
    }
    return json(status, body);
  }
}
