package dev.epoch.cli;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import java.util.Objects;

/**
 * All that a command takes from the process it runs in, so that tests can give it another one.
 *
 * @param variables environment variables
 * @param directory where the process was started
 * @param home home directory of the user
 * @param zone time zone of printed and typed times
 * @param systemConfiguration configuration file of the whole machine
 */
public record ProcessEnvironment(
    Map<String, String> variables,
    Path directory,
    Path home,
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal,
    ZoneId zone,
    Path systemConfiguration) {

  /** Checks that all is there. */
  public ProcessEnvironment {
    variables = Map.copyOf(variables);
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(err, "err");
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(systemConfiguration, "systemConfiguration");
  }

  /** The environment of this process. */
  public static ProcessEnvironment ofThisProcess() {
    return new ProcessEnvironment(
        System.getenv(),
        Path.of("").toAbsolutePath(),
        home(System.getenv("HOME"), System.getProperty("user.home")),
        System.in,
        new StandardOutput(FileDescriptor.out),
        new StandardOutput(FileDescriptor.err),
        isTerminal(0),
        isTerminal(1),
        isTerminal(2),
        ZoneId.systemDefault(),
        Path.of("/etc/epoch/config.toml"));
  }

  /** As shells and other programs have it: the variable before what the user database says. */
  static Path home(String variable, String known) {
    return variable != null && variable.startsWith("/") ? Path.of(variable) : Path.of(known);
  }

  /** Where programs of the user keep settings: {@code XDG_CONFIG_HOME}, else {@code ~/.config}. */
  public Path configurationFolder() {
    String given = variable("XDG_CONFIG_HOME");
    return given != null && Path.of(given).isAbsolute() ? Path.of(given) : home.resolve(".config");
  }

  /** A variable, or null where it is not set or empty. */
  public String variable(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** Whether {@code EPOCH_DEBUG} asks for all there is to see. */
  public boolean debug() {
    String value = variable("EPOCH_DEBUG");
    return value != null && !value.equalsIgnoreCase("false") && !value.equals("0");
  }

  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String device = Files.readSymbolicLink(link).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException noProc) {
      return System.console() != null && System.console().isTerminal();
    }
  }
}
