package dev.epoch.cli.command.catalog;

import picocli.CommandLine.Command;

/** {@code epoch catalog class}. */
@Command(
    name = "class",
    description = "Classes of catalogs.",
    synopsisSubcommandLabel = "<command>")
public final class CatalogClassCommand {}
