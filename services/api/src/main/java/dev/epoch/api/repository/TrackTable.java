package dev.epoch.api.repository;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /repositories/tables/track}. */
@Schema(name = "TrackTable")
public record TrackTable(
    @NotNull @Size(min = 1) @Schema(examples = "users") String tableName,
    @NotNull @Size(min = 1) @Schema(examples = "primary") String storageName,
    @Schema(description = "Key columns; found if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> primaryKey) {
  public TrackTable {
    primaryKey = primaryKey == null ? List.of() : List.copyOf(primaryKey);
  }
}
