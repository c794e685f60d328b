package dev.epoch.catalog.solve;

import com.google.ortools.Loader;
import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.Constraint;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.util.Domain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * CP-SAT of Google OR-Tools (ADR 0085). One worker and a fixed seed make the search the same each
 * time; besides time as clocks show it, the solver's own deterministic time ends it.
 *
 * <p>Native code does not let go of its thread, so it has threads of its own; callers wait.
 */
public final class CpSatSolver implements IntegerSolver {
  private static final int SEED = 1;

  /** Constraints that are tried one by one, to tell only those that matter. */
  private static final int MOST_TRIED = 60;

  private static final Executor THREADS =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().name("solver-", 0).factory());

  /** Loaded by whoever solves first. */
  private static final class Library {
    static final Throwable FAILURE = load();

    private static Throwable load() {
      try {
        Loader.loadNativeLibraries();
        return null;
      } catch (RuntimeException | LinkageError failure) {
        return failure;
      }
    }
  }

  @Override
  public Solution solve(IntegerProgram program, Duration limit) {
    try {
      return CompletableFuture.supplyAsync(() -> search(program, limit), THREADS).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static Solution search(IntegerProgram program, Duration limit) {
    if (Library.FAILURE != null) {
      throw new SolverUnavailableException(Library.FAILURE);
    }
    Model model = new Model(program, false);
    CpSolver solver = solver(limit);
    CpSolverStatus status = solver.solve(model.model);
    return switch (status) {
      case OPTIMAL, FEASIBLE -> {
        List<Long> values = new ArrayList<>();
        for (IntVar variable : model.variables) {
          values.add(solver.value(variable));
        }
        long objective = 0;
        for (IntegerProgram.Term term : program.objective()) {
          objective += term.coefficient() * values.get(term.variable());
        }
        boolean isOptimal = status == CpSolverStatus.OPTIMAL;
        yield new Solution(
            isOptimal ? Solution.Status.OPTIMAL : Solution.Status.FEASIBLE,
            values,
            objective,
            isOptimal || program.objective().isEmpty()
                ? objective
                : (long) Math.floor(solver.bestObjectiveBound() + 1e-6),
            List.of());
      }
      case INFEASIBLE ->
          new Solution(Solution.Status.INFEASIBLE, List.of(), 0, 0, clashing(program, limit));
      case MODEL_INVALID ->
          throw new IllegalStateException("no program: " + model.model.validate());
      case UNKNOWN, UNRECOGNIZED ->
          new Solution(Solution.Status.UNKNOWN, List.of(), 0, Long.MAX_VALUE, List.of());
    };
  }

  private static CpSolver solver(Duration limit) {
    CpSolver solver = new CpSolver();
    double seconds = Math.max(0.001, limit.toMillis() / 1_000.0);
    solver
        .getParameters()
        .setNumWorkers(1)
        .setCpModelProbingLevel(0)
        .setMergeAtMostOneWorkLimit(0)
        .setMaxPresolveIterations(1)
        .setRandomSeed(SEED)
        .setMaxTimeInSeconds(seconds)
        .setMaxDeterministicTime(seconds);
    return solver;
  }

  /** Constraints with a reason that cannot all hold; without any of them the others could. */
  private static List<Integer> clashing(IntegerProgram program, Duration limit) {
    Model model = new Model(program, true);
    CpSolver solver = solver(limit);
    if (solver.solve(model.model) != CpSolverStatus.INFEASIBLE) {
      return List.of();
    }
    TreeSet<Integer> core = new TreeSet<>();
    for (int literal : solver.sufficientAssumptionsForInfeasibility()) {
      Integer constraint = model.assumed.get(literal);
      if (constraint != null) {
        core.add(constraint);
      }
    }
    int tried = 0;
    for (int candidate : List.copyOf(core)) {
      if (tried++ == MOST_TRIED) {
        break;
      }
      core.remove(candidate);
      Model without = new Model(program, core);
      if (solver(limit).solve(without.model) != CpSolverStatus.INFEASIBLE) {
        core.add(candidate);
      }
    }
    return List.copyOf(core);
  }

  /** A program as the solver takes it. */
  private static final class Model {
    final CpModel model = new CpModel();
    final List<IntVar> variables = new ArrayList<>();

    /** Place of a constraint, by the literal that asks for it. */
    final Map<Integer, Integer> assumed = new HashMap<>();

    /** With the objective, or with each reason assumed. */
    Model(IntegerProgram program, boolean assumes) {
      variables(program);
      for (int i = 0; i < program.constraints().size(); i++) {
        IntegerProgram.Constraint each = program.constraints().get(i);
        Constraint added = add(each);
        if (assumes && each.reason() != null) {
          BoolVar literal = model.newBoolVar("assume " + i);
          added.onlyEnforceIf(literal);
          model.addAssumption(literal);
          assumed.put(literal.getIndex(), i);
        }
      }
      if (!assumes && !program.objective().isEmpty()) {
        model.maximize(sum(program.objective()));
      }
    }

    /** Of the constraints that have a reason, these alone. */
    Model(IntegerProgram program, TreeSet<Integer> kept) {
      variables(program);
      for (int i = 0; i < program.constraints().size(); i++) {
        IntegerProgram.Constraint each = program.constraints().get(i);
        if (each.reason() == null || kept.contains(i)) {
          add(each);
        }
      }
    }

    private void variables(IntegerProgram program) {
      for (IntegerProgram.Variable each : program.variables()) {
        variables.add(model.newIntVar(each.lower(), each.upper(), each.name()));
      }
    }

    private Constraint add(IntegerProgram.Constraint each) {
      return model.addLinearExpressionInDomain(
          sum(each.terms()),
          new Domain(
              each.lower() == -Long.MAX_VALUE ? Long.MIN_VALUE : each.lower(), each.upper()));
    }

    private LinearExpr sum(List<IntegerProgram.Term> terms) {
      IntVar[] of = new IntVar[terms.size()];
      long[] coefficients = new long[terms.size()];
      for (int i = 0; i < of.length; i++) {
        of[i] = variables.get(terms.get(i).variable());
        coefficients[i] = terms.get(i).coefficient();
      }
      return LinearExpr.weightedSum(of, coefficients);
    }
  }
}
