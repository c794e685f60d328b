package dev.epoch.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code epoch}: parses the arguments and exits with the code of the command run. */
@Command(
    name = "epoch",
    description = "Git-style versions for the data you already have.",
    mixinStandardHelpOptions = true,
    versionProvider = EpochCommand.Version.class)
public final class EpochCommand implements Runnable {

  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new EpochCommand()).execute(arguments));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EpochCommand.class.getPackage().getImplementationVersion();
      return new String[] {"epoch " + Objects.requireNonNullElse(version, "(not packaged)")};
    }
  }
}
