package dev.epoch.cli.command.schema;

import picocli.CommandLine.Command;

/** {@code epoch indexes}. */
@Command(name = "indexes", description = "Indexes of live tables.")
public final class IndexesCommand {}
