package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Printed;
import dev.epoch.qa.process.Psql;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of README.md as they are printed there, in one shell, and compares what they
 * print with what is printed there. Ids, times and ports may differ; the same id must be the same.
 */
@Timeout(240)
class ReadmeIT {

  private static final Path README = Checkout.ROOT.resolve("README.md");
  private static final Pattern BLOCK =
      Pattern.compile(
          "```sh\\n(?<commands>.*?)```\\n\\n```text\\n(?<output>.*?)```", Pattern.DOTALL);
  private static final String END = "---- end of block ";

  @TempDir static Path home;

  /** Commands, and what they print. */
  private record Block(String commands, String output) {}

  @Test
  void everyCommandWorksAsPrinted() throws Exception {
    assumeTrue(Psql.found(), "psql is not installed");
    List<Block> blocks = blocks();
    assertThat(blocks).hasSizeGreaterThan(8);

    List<String> printed;
    try (ServerProcess server = ServerProcess.started(home.resolve("data"))) {
      printed = run(server, blocks);
    }

    Path actual = Path.of("target", "readme-output.md");
    Files.writeString(actual, readmeWith(blocks, printed));
    Printed expected = new Printed();
    Printed real = new Printed();
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < blocks.size(); i++) {
      all.assertThat(real.neutral(printed.get(i)))
          .as(
              "output of%n%s(the whole page with its real output is qa/%s)",
              blocks.get(i).commands(), actual)
          .isEqualTo(expected.neutral(blocks.get(i).output()));
    }
    all.assertAll();
  }

  private static List<Block> blocks() throws Exception {
    List<Block> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(README));
    while (block.find()) {
      blocks.add(new Block(block.group("commands"), block.group("output")));
    }
    return blocks;
  }

  private static List<String> run(ServerProcess server, List<Block> blocks) {
    StringBuilder script = new StringBuilder("exec 2>&1\n");
    for (Block block : blocks) {
      script
          .append(block.commands().replace("http://localhost:8000", server.url()))
          .append("echo '")
          .append(END)
          .append("'\n");
    }
    Map<String, String> variables = new LinkedHashMap<>(server.variables());
    variables.put("TMPDIR", home.toString());
    variables.put("EPOCH_AUTHOR_NAME", "Ada Lovelace");
    variables.put("EPOCH_AUTHOR_EMAIL", "ada@example.com");
    Shell shell = new Shell(Checkout.ROOT, variables);
    String out = shell.run(List.of("bash", "-c", script.toString()), "").ok();
    List<String> printed = List.of(out.split(Pattern.quote(END + "\n"), -1));
    assertThat(printed).as(out).hasSize(blocks.size() + 1);
    return printed.subList(0, blocks.size());
  }

  /** For whoever changes the page: its outputs can be taken from here. */
  private static String readmeWith(List<Block> blocks, List<String> printed) throws Exception {
    String page = Files.readString(README);
    for (int i = 0; i < blocks.size(); i++) {
      String commands = "```sh\n" + blocks.get(i).commands() + "```\n\n```text\n";
      page =
          page.replace(
              commands + blocks.get(i).output() + "```",
              commands + printed.get(i).replaceAll("(?m)[ \\t]+$", "").strip() + "\n```");
    }
    return page;
  }
}
