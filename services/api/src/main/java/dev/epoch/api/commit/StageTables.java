package dev.epoch.api.commit;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /stage} and {@code POST /unstage}; may be left out. */
@Schema(name = "StageTables")
public record StageTables(
    @Schema(description = "The current branch if none is given") String branch,
    @Schema(description = "All of them if none are given") @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> tables) {}
