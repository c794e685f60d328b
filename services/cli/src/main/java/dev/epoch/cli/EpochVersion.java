package dev.epoch.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, from the jar. */
public final class EpochVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"epoch " + current()};
  }

  /** The version; {@code development} outside of a jar. */
  public static String current() {
    String version = EpochVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
