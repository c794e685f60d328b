package dev.epoch.api.request;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables}: a location, or a storage and a path in it. */
@Schema(name = "RegisterTable")
public record RegisterTable(
    @NotNull @Size(min = 1) @Schema(description = "Name in the repository", examples = "users")
        String name,
    @Schema(
            description = "Where the table is; with a path, where its database is",
            examples = "postgresql://localhost/mydb/public.users")
        String location,
    @Schema(description = "Storage that it is in; the default one if neither is given")
        String storageName,
    @Schema(description = "Path in the storage or database; the name if none is given") String path,
    @Schema(description = "Key columns; found if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> primaryKey) {}
