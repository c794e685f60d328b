package dev.epoch.benchmarks;

import dev.epoch.benchmarks.report.Figure;
import java.util.List;

/** Something that is measured, alone or with others in one run. */
public interface Measure {

  /** The name by which the command line asks for it. */
  String id();

  /** What it measures, in one line. */
  String description();

  /** Measures; the data it needs is made first and is not part of the figures. */
  List<Figure> run(Workbench workbench) throws Exception;
}
