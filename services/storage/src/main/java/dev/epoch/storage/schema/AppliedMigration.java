package dev.epoch.storage.schema;

import java.time.Instant;

/**
 * A migration that a tool of the users has run, as the tool noted it in the database.
 *
 * @param schema that the tool keeps its notes in
 * @param id version of Flyway, empty for a repeatable one; {@code author:id} of Liquibase
 * @param description of Flyway; the changelog of Liquibase
 * @param script name of the file; of Liquibase the same as the id
 * @param checksum as the tool has it, empty if it has none
 * @param at when it was run
 * @param success whether it ran to its end
 */
public record AppliedMigration(
    String schema,
    String id,
    String description,
    String script,
    String checksum,
    Instant at,
    boolean success) {}
