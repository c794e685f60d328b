package dev.epoch.api.merge;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /conflicts/resolve}. */
@Schema(name = "ResolveConflicts")
public record ResolveConflicts(
    @Schema(description = "Target of the merge; the current branch if none is given") String branch,
    @Schema(description = "Conflicts of this table only") String table,
    @Schema(description = "Conflicts of this record only: an object, an array, or one value")
        JsonNode key,
    @Schema(description = "Only this field") String field,
    @Schema(
            description =
                "Only violations of this constraint, or conflicts about this part of the schema: a constraint, column or index")
        String constraint,
    @NotNull
        @Schema(
            description =
                "ours, theirs, base, value, delete or custom (the same as value); learnt for what was decided about the same conflicts before; of a part of the schema also union",
            examples = "ours")
        String resolution,
    @Schema(
            description =
                "For resolution value: the field's value, where null sets NULL, or an object of"
                    + " columns without a field; of a part of the schema its definition, as SQL")
        JsonNode value) {}
