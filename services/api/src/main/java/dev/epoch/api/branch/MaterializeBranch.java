package dev.epoch.api.branch;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/materialize}; may be left out. */
@Schema(name = "MaterializeBranch")
public record MaterializeBranch(
    @Schema(description = "Those that were changed on the branch if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> tables) {}
