package dev.epoch.api.table;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/discover}: the location of a database, or a storage. */
@Schema(name = "DiscoverTables")
public record DiscoverTables(
    @Schema(description = "Where the database is", examples = "postgresql://localhost/mydb")
        String location,
    @Schema(description = "Storage to look into; the default one if neither is given")
        String storageName) {}
