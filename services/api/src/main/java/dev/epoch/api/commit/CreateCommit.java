package dev.epoch.api.commit;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /commits}. */
@Schema(name = "CreateCommit")
public record CreateCommit(
    @NotNull @Size(min = 1) @Schema(examples = "Add user preferences") String message,
    @Schema(description = "Whoever asks if none is given") String authorName,
    String authorEmail,
    @Schema(description = "The current branch if none is given") String branch,
    @Schema(description = "Only these tables; else the staged ones, or all if none is staged")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> tables,
    @Schema(description = "Every changed table, whatever is staged") Boolean all,
    @Schema(description = "Refuse if the branch stands elsewhere") String expectedHead,
    @Schema(
            description =
                "Record all objects of the databases' schemas with it; there is something to commit if they differ from those recorded last")
        Boolean includeSchema,
    @Schema(description = "The same, and no records") Boolean schemaOnly) {}
