package dev.epoch.cli.command.help;

import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A completion script for fish, made of what the command line knows of itself. */
final class FishCompletion {
  private static final String FUNCTIONS =
      """
      complete --command %1$s --no-files

      # the words that are no options, behind the program
      function __%1$s_words
          for word in (commandline -opc)[2..-1]
              string match -q -- '-*' $word; or echo $word
          end
      end

      # whether these words are typed first
      function __%1$s_after
          set -l words (__%1$s_words)
          for i in (seq (count $argv))
              test "$words[$i]" = "$argv[$i]"; or return 1
          end
      end

      # whether these words are typed, and no others
      function __%1$s_at
          test (count (__%1$s_words)) -eq (count $argv); and __%1$s_after $argv
      end

      """;

  private FishCompletion() {}

  static String of(String program, CommandLine line) {
    StringBuilder script = new StringBuilder(FUNCTIONS.formatted(program));
    add(script, program, line, "");
    return script.toString();
  }

  private static void add(StringBuilder script, String program, CommandLine line, String path) {
    CommandSpec spec = line.getCommandSpec();
    spec.subcommands()
        .forEach((name, child) ->
            line(
                script,
                program,
                "__" + program + "_at" + path,
                "--arguments " + quoted(name),
                child.getCommandSpec().usageMessage().description()));
    for (OptionSpec option : spec.options()) {
      if (!option.hidden() && (path.isEmpty() || !option.inherited())) {
        String names =
            String.join(" ", Stream.of(option.names()).map(FishCompletion::option).toList());
        line(
            script,
            program,
            path.isEmpty() ? null : "__" + program + "_after" + path,
            names + (option.arity().max() > 0 ? " --require-parameter" : ""),
            option.description());
      }
    }
    spec.subcommands().forEach((name, child) -> add(script, program, child, path + " " + name));
  }

  private static String option(String name) {
    return name.startsWith("--")
        ? "--long-option " + name.substring(2)
        : "--short-option " + name.substring(1);
  }

  private static void line(
      StringBuilder script, String program, String condition, String what, String[] description) {
    script.append("complete --command ").append(program);
    if (condition != null) {
      script.append(" --condition ").append(quoted(condition));
    }
    script.append(' ').append(what);
    String text = String.join(" ", List.of(description));
    if (!text.isBlank()) {
      script.append(" --description ").append(quoted(text));
    }
    script.append('\n');
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace('\n', ' ') + "'";
  }
}
