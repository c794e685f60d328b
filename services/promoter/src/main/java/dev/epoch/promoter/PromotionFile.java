package dev.epoch.promoter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How commits go from environment to environment of one repository.
 *
 * @param path of the file
 * @param repository name
 * @param environments in the order in which they are looked at
 */
public record PromotionFile(Path path, String repository, List<Environment> environments) {
  private static final long LARGEST = 1 << 20;
  private static final int MOST_ENVIRONMENTS = 100;

  public PromotionFile {
    environments = List.copyOf(environments);
  }

  /** The environment of this name. */
  public Environment environment(String name) {
    return environments.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new WrongFileException(
                path
                    + " has no environment '"
                    + name
                    + "'; it has "
                    + String.join(", ", environments.stream().map(Environment::name).toList())));
  }

  /**
   * The files of a folder ({@code *.yaml}, {@code *.yml}, {@code *.toml}, by name), or the one
   * file.
   *
   * @throws WrongFileException if there is none, or one of them is wrong
   */
  public static List<PromotionFile> read(Path fileOrFolder) {
    if (!Files.isDirectory(fileOrFolder)) {
      return List.of(readOne(fileOrFolder));
    }
    try (Stream<Path> inside = Files.list(fileOrFolder)) {
      List<PromotionFile> files =
          inside
              .filter(path -> path.getFileName().toString().matches("[^.].*\\.(yaml|yml|toml)"))
              .filter(Files::isRegularFile)
              .sorted()
              .map(PromotionFile::readOne)
              .toList();
      if (files.isEmpty()) {
        throw new WrongFileException("There is no .yaml, .yml or .toml file in " + fileOrFolder);
      }
      return files;
    } catch (IOException unreadable) {
      throw new WrongFileException("Cannot read " + fileOrFolder + ": " + unreadable.getMessage());
    }
  }

  private static PromotionFile readOne(Path path) {
    try {
      if (Files.size(path) > LARGEST) {
        throw new WrongFileException(path + " is larger than " + LARGEST + " bytes");
      }
      return parse(path, Files.readString(path));
    } catch (IOException unreadable) {
      throw new WrongFileException("Cannot read " + path);
    }
  }

  /**
   * @param path tells the format by how its name ends, and stands in messages
   * @throws WrongFileException if it is wrong
   */
  static PromotionFile parse(Path path, String text) {
    FileNode root = FileNode.parse(path, text);
    root.onlyHas("repository", "environments");
    String repository = root.text("repository");
    List<FileNode> nodes = root.list("environments");
    if (nodes.isEmpty() || nodes.size() > MOST_ENVIRONMENTS) {
      throw root.wrong("environments", "1 to " + MOST_ENVIRONMENTS + " of them");
    }
    Map<String, String> branches = new HashMap<>();
    for (FileNode node : nodes) {
      String name = node.text("name");
      if (branches.put(name, node.optionalText("branch").orElse(name)) != null) {
        throw node.wrong("name", "a name that no other environment has");
      }
    }
    List<Environment> environments = new ArrayList<>();
    for (FileNode node : nodes) {
      environments.add(EnvironmentNode.environment(node, branches));
    }
    return new PromotionFile(path, repository, environments);
  }
}
