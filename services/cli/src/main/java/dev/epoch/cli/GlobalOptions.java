package dev.epoch.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command takes, before or after its name. */
public final class GlobalOptions {

  @Option(
      names = {"-C", "--directory"},
      paramLabel = "<path>",
      scope = ScopeType.INHERIT,
      description = "Run as if started in this directory.")
  Path directory;

  @Option(
      names = "--format",
      paramLabel = "<format>",
      scope = ScopeType.INHERIT,
      description = "Output format: text or json; some commands know more.")
  String format;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Print only what was asked for.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Print more, and each exchange with the server.")
  boolean verbose;

  @Option(
      names = "--config",
      paramLabel = "<file>",
      scope = ScopeType.INHERIT,
      description = "Configuration file.")
  Path configurationFile;

  @Option(
      names = "--server",
      paramLabel = "<url>",
      scope = ScopeType.INHERIT,
      description = "Address of the server.")
  String server;

  @Option(
      names = "--repository",
      paramLabel = "<name>",
      scope = ScopeType.INHERIT,
      description = "Repository to use.")
  String repository;

  @Option(
      names = "--branch",
      paramLabel = "<branch>",
      scope = ScopeType.INHERIT,
      description = "Branch to work on instead of the one that is checked out.")
  String branch;

  @Option(
      names = "--author-name",
      paramLabel = "<name>",
      scope = ScopeType.INHERIT,
      description = "Who acts.")
  String authorName;

  @Option(
      names = "--author-email",
      paramLabel = "<email>",
      scope = ScopeType.INHERIT,
      description = "Their address.")
  String authorEmail;

  @Option(
      names = "--timeout",
      paramLabel = "<seconds>",
      scope = ScopeType.INHERIT,
      description = "Longest wait for an answer of the server (default: 600).")
  Long timeoutSeconds;

  @Option(
      names = "--profile",
      paramLabel = "<name>",
      description = "Profile of the configuration file; given before the command.")
  String profile;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  boolean help;

  /** Directory given with -C, or null. */
  public Path directory() {
    return directory;
  }

  /** Format as it was given, or null. */
  public String format() {
    return format;
  }

  /** Whether to print only what was asked for. */
  public boolean quiet() {
    return quiet;
  }

  /** Whether to print more. */
  public boolean verbose() {
    return verbose;
  }

  /** Configuration file as it was given, or null. */
  public Path configurationFile() {
    return configurationFile;
  }

  /** Server as it was given, or null. */
  public String server() {
    return server;
  }

  /** Repository as it was given, or null. */
  public String repository() {
    return repository;
  }

  /** Branch as it was given, or null. */
  public String branch() {
    return branch;
  }

  /** Name of the author as it was given, or null. */
  public String authorName() {
    return authorName;
  }

  /** Address of the author as it was given, or null. */
  public String authorEmail() {
    return authorEmail;
  }

  /** Longest wait for an answer as it was given, or null. */
  public Long timeoutSeconds() {
    return timeoutSeconds;
  }

  /** Profile as it was given, or null. */
  public String profile() {
    return profile;
  }

  /** A server that a command has found or started; it wins over everything else. */
  void overrideServer(String url) {
    server = url;
  }

  /** What {@code commit --author} and {@code --email} say; it wins over everything else. */
  public void overrideAuthor(String name, String email) {
    authorName = name == null ? authorName : name;
    authorEmail = email == null ? authorEmail : email;
  }
}
