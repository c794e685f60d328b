package dev.epoch.cli.command.schema;

import picocli.CommandLine.Command;

/** {@code epoch schema}. */
@Command(name = "schema", description = "Schemas of tables and databases.")
public final class SchemaCommand {}
