package dev.epoch.api.check;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /checks/run}. */
@Schema(name = "RunChecks")
public record RunChecks(
    @Size(max = 100) @Schema(description = "Names of checks; without any, all")
        List<@NotNull String> names,
    @Schema(
            description =
                "Any ref. A branch is read as its next commit of everything would leave it, others as committed",
            defaultValue = "HEAD")
        String ref,
    @Min(1) @Max(1_000) @Schema(description = "Most rows of each", defaultValue = "10")
        Integer limit) {}
