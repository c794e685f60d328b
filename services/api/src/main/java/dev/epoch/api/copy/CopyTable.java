package dev.epoch.api.copy;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/{table}/copy}. */
@Schema(name = "CopyTable")
public record CopyTable(
    @NotNull @Size(min = 1) @Schema(description = "Storage of the copy", examples = "lite")
        String to,
    @Schema(
            description = "Name of the copy; the table's and the storage's if none is given",
            examples = "users_lite")
        String as,
    @Schema(description = "Path of the copy in the storage; its name if none is given") String path,
    @Schema(description = "Commit that has the rows: HEAD if none is given", examples = "v1")
        String at) {}
