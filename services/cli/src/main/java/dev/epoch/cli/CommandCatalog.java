package dev.epoch.cli;

import dev.epoch.cli.command.ApplyCommand;
import dev.epoch.cli.command.AuthCommand;
import dev.epoch.cli.command.AuthKeyCommand;
import dev.epoch.cli.command.AuthKeyCreateCommand;
import dev.epoch.cli.command.AuthKeyListCommand;
import dev.epoch.cli.command.AuthKeyRevokeCommand;
import dev.epoch.cli.command.BlameCommand;
import dev.epoch.cli.command.BranchCloseCommand;
import dev.epoch.cli.command.BranchCommand;
import dev.epoch.cli.command.BranchCreateCommand;
import dev.epoch.cli.command.BranchDeleteCommand;
import dev.epoch.cli.command.BranchInfoCommand;
import dev.epoch.cli.command.BranchListCommand;
import dev.epoch.cli.command.BranchMaterializeCommand;
import dev.epoch.cli.command.BranchOpenCommand;
import dev.epoch.cli.command.BranchProtectCommand;
import dev.epoch.cli.command.BranchProtectionsCommand;
import dev.epoch.cli.command.BranchRenameCommand;
import dev.epoch.cli.command.BranchUnprotectCommand;
import dev.epoch.cli.command.CheckAddCommand;
import dev.epoch.cli.command.CheckCommand;
import dev.epoch.cli.command.CheckListCommand;
import dev.epoch.cli.command.CheckRemoveCommand;
import dev.epoch.cli.command.CheckRunCommand;
import dev.epoch.cli.command.CheckoutCommand;
import dev.epoch.cli.command.CherryPickCommand;
import dev.epoch.cli.command.CommitCommand;
import dev.epoch.cli.command.CompletionCommand;
import dev.epoch.cli.command.ConfigCommand;
import dev.epoch.cli.command.ConfigPushCommand;
import dev.epoch.cli.command.ConflictsCommand;
import dev.epoch.cli.command.ConflictsResolveCommand;
import dev.epoch.cli.command.ConflictsShowCommand;
import dev.epoch.cli.command.ConstraintsCommand;
import dev.epoch.cli.command.DiffCommand;
import dev.epoch.cli.command.DoctorCommand;
import dev.epoch.cli.command.EventsCommand;
import dev.epoch.cli.command.ExportCommand;
import dev.epoch.cli.command.GcCommand;
import dev.epoch.cli.command.HelpCommand;
import dev.epoch.cli.command.HistoryCommand;
import dev.epoch.cli.command.HookAddCommand;
import dev.epoch.cli.command.HookCommand;
import dev.epoch.cli.command.HookListCommand;
import dev.epoch.cli.command.HookRemoveCommand;
import dev.epoch.cli.command.HookTestCommand;
import dev.epoch.cli.command.ImportCommand;
import dev.epoch.cli.command.IndexesCommand;
import dev.epoch.cli.command.InitCommand;
import dev.epoch.cli.command.LogCommand;
import dev.epoch.cli.command.MergeCommand;
import dev.epoch.cli.command.MigrateSchemasCommand;
import dev.epoch.cli.command.PromoteApplyCommand;
import dev.epoch.cli.command.PromoteApproveCommand;
import dev.epoch.cli.command.PromoteCommand;
import dev.epoch.cli.command.PromotePlanCommand;
import dev.epoch.cli.command.PromoteRollbackCommand;
import dev.epoch.cli.command.PromoteStatusCommand;
import dev.epoch.cli.command.QueryCommand;
import dev.epoch.cli.command.RebaseCommand;
import dev.epoch.cli.command.ReflogCommand;
import dev.epoch.cli.command.RepositoryCommand;
import dev.epoch.cli.command.RepositoryDeleteCommand;
import dev.epoch.cli.command.RepositoryListCommand;
import dev.epoch.cli.command.RepositoryOpenCommand;
import dev.epoch.cli.command.RepositorySetCommand;
import dev.epoch.cli.command.ResetCommand;
import dev.epoch.cli.command.ResolveCommand;
import dev.epoch.cli.command.RevertCommand;
import dev.epoch.cli.command.ReviewCommand;
import dev.epoch.cli.command.SchemaApplyCommand;
import dev.epoch.cli.command.SchemaCommand;
import dev.epoch.cli.command.SchemaDiffCommand;
import dev.epoch.cli.command.SchemaMigrateCommand;
import dev.epoch.cli.command.SchemaShowCommand;
import dev.epoch.cli.command.SchemaStatusCommand;
import dev.epoch.cli.command.ShowCommand;
import dev.epoch.cli.command.StageCommand;
import dev.epoch.cli.command.StashCommand;
import dev.epoch.cli.command.StatusCommand;
import dev.epoch.cli.command.StorageAddCommand;
import dev.epoch.cli.command.StorageCommand;
import dev.epoch.cli.command.StorageDefaultCommand;
import dev.epoch.cli.command.StorageListCommand;
import dev.epoch.cli.command.StorageRemoveCommand;
import dev.epoch.cli.command.StorageShowCommand;
import dev.epoch.cli.command.StorageTestCommand;
import dev.epoch.cli.command.StorageUpdateCommand;
import dev.epoch.cli.command.TableAddCommand;
import dev.epoch.cli.command.TableCommand;
import dev.epoch.cli.command.TableListCommand;
import dev.epoch.cli.command.TableRefreshCommand;
import dev.epoch.cli.command.TableRemoveCommand;
import dev.epoch.cli.command.TableShowCommand;
import dev.epoch.cli.command.TagCommand;
import dev.epoch.cli.command.TagCreateCommand;
import dev.epoch.cli.command.TagDeleteCommand;
import dev.epoch.cli.command.TagListCommand;
import dev.epoch.cli.command.TagShowCommand;
import dev.epoch.cli.command.TipsCommand;
import dev.epoch.cli.command.UnstageCommand;
import dev.epoch.cli.command.WebhookCommand;
import dev.epoch.cli.command.WebhookCreateCommand;
import dev.epoch.cli.command.WebhookDeleteCommand;
import dev.epoch.cli.command.WebhookDeliveriesCommand;
import dev.epoch.cli.command.WebhookListCommand;
import dev.epoch.cli.command.WebhookRedeliverCommand;
import dev.epoch.cli.command.WebhookRotateCommand;
import dev.epoch.cli.command.WebhookShowCommand;
import dev.epoch.cli.command.WebhookTestCommand;
import dev.epoch.cli.command.WebhookUpdateCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * All commands. Only the one that is called gets its class loaded and its options read: that is
 * most of the time that a short command takes.
 */
final class CommandCatalog {

  private static final List<String> NAMES =
      List.of(
          "init",
          "repo",
          "status",
          "table",
          "schema",
          "migrate-schemas",
          "constraints",
          "indexes",
          "branch",
          "checkout",
          "stage",
          "unstage",
          "commit",
          "log",
          "show",
          "reflog",
          "history",
          "blame",
          "diff",
          "apply",
          "merge",
          "revert",
          "cherry-pick",
          "rebase",
          "reset",
          "stash",
          "tag",
          "check",
          "conflicts",
          "resolve",
          "review",
          "query",
          "export",
          "import",
          "storage",
          "config",
          "events",
          "webhook",
          "hook",
          "promote",
          "auth",
          "gc",
          "doctor",
          "tips",
          "completion",
          "help");

  private final Session session;

  CommandCatalog(Session session) {
    this.session = Objects.requireNonNull(session, "session");
  }

  /**
   * Adds the command that the arguments call, or all of them where that is not clear. What asks for
   * the version alone needs none.
   *
   * @return the arguments to parse
   */
  List<String> addTo(CommandLine line, List<String> arguments) {
    Optional<Integer> place = placeOfCommand(line, arguments);
    String called = place.map(arguments::get).orElse("");
    if (!NAMES.contains(called)) {
      if (!arguments.equals(List.of("--version"))) {
        addAll(line);
      }
      return arguments;
    }
    line.addSubcommand(called, create(called));
    return called.equals("log") || called.equals("reflog")
        ? withCounts(arguments, place.get())
        : arguments;
  }

  /** Every command, for what must know them all. */
  CommandLine complete() {
    CommandLine line = addAll(new CommandLine(new EpochCommand()));
    HelpPage.shape(line);
    return line;
  }

  private CommandLine addAll(CommandLine line) {
    NAMES.forEach(name -> line.addSubcommand(name, create(name)));
    return line;
  }

  /** The first argument that is neither an option nor the value of one. */
  private static Optional<Integer> placeOfCommand(CommandLine line, List<String> arguments) {
    Map<String, OptionSpec> options = line.getCommandSpec().optionsMap();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("-")) {
        return Optional.of(i);
      }
      OptionSpec option = options.get(argument);
      if (option != null && option.arity().min() > 0) {
        i++;
      }
    }
    return Optional.empty();
  }

  /** {@code log -10} means {@code log --max-count=10}. */
  private static List<String> withCounts(List<String> arguments, int from) {
    List<String> result = new ArrayList<>(arguments);
    for (int i = from + 1; i < result.size(); i++) {
      if (result.get(i).matches("-\\d+")) {
        result.set(i, "--max-count=" + result.get(i).substring(1));
      }
    }
    return result;
  }

  private Object create(String name) {
    return switch (name) {
      case "init" -> new InitCommand(session);
      case "repo" -> repository();
      case "status" -> new StatusCommand(session);
      case "table" -> table();
      case "schema" -> schema();
      case "migrate-schemas" -> new MigrateSchemasCommand(session);
      case "constraints" ->
          new CommandLine(new ConstraintsCommand())
              .addSubcommand("list", new ConstraintsCommand.Listing(session))
              .addSubcommand("add", new ConstraintsCommand.Add(session))
              .addSubcommand("remove", new ConstraintsCommand.Remove(session, "constraints"));
      case "indexes" ->
          new CommandLine(new IndexesCommand())
              .addSubcommand("list", new ConstraintsCommand.Listing(session))
              .addSubcommand("add", new ConstraintsCommand.AddIndex(session))
              .addSubcommand("remove", new ConstraintsCommand.Remove(session, "indexes"));
      case "branch" -> branch();
      case "checkout" -> new CheckoutCommand(session);
      case "stage" -> new StageCommand(session);
      case "unstage" -> new UnstageCommand(session);
      case "commit" -> new CommitCommand(session);
      case "log" -> new LogCommand(session);
      case "show" -> new ShowCommand(session);
      case "reflog" -> new ReflogCommand(session);
      case "history" -> new HistoryCommand(session);
      case "blame" -> new BlameCommand(session);
      case "apply" -> new ApplyCommand(session);
      case "diff" -> new DiffCommand(session);
      case "merge" -> new MergeCommand(session);
      case "revert" -> new RevertCommand(session);
      case "cherry-pick" -> new CherryPickCommand(session);
      case "rebase" -> new RebaseCommand(session);
      case "reset" -> new ResetCommand(session);
      case "stash" -> new StashCommand(session);
      case "tag" -> tag();
      case "check" -> check();
      case "conflicts" -> conflicts();
      case "resolve" -> new ResolveCommand(session);
      case "review" -> new ReviewCommand(session);
      case "export" -> new ExportCommand(session);
      case "import" -> new ImportCommand(session);
      case "tips" -> new TipsCommand(session);
      case "query" -> new QueryCommand(session);
      case "storage" -> storage();
      case "config" ->
          new CommandLine(new ConfigCommand(session))
              .addSubcommand("push", new ConfigPushCommand(session));
      case "events" -> new EventsCommand(session);
      case "webhook" -> webhook();
      case "hook" -> hook();
      case "promote" -> promote();
      case "auth" -> access();
      case "gc" -> new GcCommand(session);
      case "doctor" -> new DoctorCommand(session);
      case "completion" -> new CompletionCommand(session, this::complete);
      case "help" -> new HelpCommand(session, this::complete);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private CommandLine repository() {
    return new CommandLine(new RepositoryCommand(session))
        .addSubcommand("list", new RepositoryListCommand(session))
        .addSubcommand("open", new RepositoryOpenCommand(session))
        .addSubcommand("delete", new RepositoryDeleteCommand(session))
        .addSubcommand("set", new RepositorySetCommand(session));
  }

  private CommandLine table() {
    return new CommandLine(new TableCommand(session))
        .addSubcommand("add", new TableAddCommand(session))
        .addSubcommand("list", new TableListCommand(session))
        .addSubcommand("show", new TableShowCommand(session))
        .addSubcommand("refresh", new TableRefreshCommand(session))
        .addSubcommand("remove", new TableRemoveCommand(session));
  }

  private CommandLine schema() {
    return new CommandLine(new SchemaCommand())
        .addSubcommand("show", new SchemaShowCommand(session))
        .addSubcommand("status", new SchemaStatusCommand(session))
        .addSubcommand("diff", new SchemaDiffCommand(session))
        .addSubcommand("apply", new SchemaApplyCommand(session))
        .addSubcommand("migrate", new SchemaMigrateCommand(session));
  }

  private CommandLine branch() {
    return new CommandLine(new BranchCommand(session))
        .addSubcommand("list", new BranchListCommand(session))
        .addSubcommand("create", new BranchCreateCommand(session))
        .addSubcommand("info", new BranchInfoCommand(session))
        .addSubcommand("rename", new BranchRenameCommand(session))
        .addSubcommand("protect", new BranchProtectCommand(session))
        .addSubcommand("unprotect", new BranchUnprotectCommand(session))
        .addSubcommand("protections", new BranchProtectionsCommand(session))
        .addSubcommand("materialize", new BranchMaterializeCommand(session))
        .addSubcommand("open", new BranchOpenCommand(session))
        .addSubcommand("close", new BranchCloseCommand(session))
        .addSubcommand("delete", new BranchDeleteCommand(session));
  }

  private CommandLine tag() {
    return new CommandLine(new TagCommand(session))
        .addSubcommand("create", new TagCreateCommand(session))
        .addSubcommand("list", new TagListCommand(session))
        .addSubcommand("show", new TagShowCommand(session))
        .addSubcommand("delete", new TagDeleteCommand(session));
  }

  private CommandLine check() {
    return new CommandLine(new CheckCommand(session))
        .addSubcommand("add", new CheckAddCommand(session))
        .addSubcommand("list", new CheckListCommand(session))
        .addSubcommand("remove", new CheckRemoveCommand(session))
        .addSubcommand("run", new CheckRunCommand(session));
  }

  private CommandLine conflicts() {
    return new CommandLine(new ConflictsCommand(session))
        .addSubcommand("show", new ConflictsShowCommand(session))
        .addSubcommand("resolve", new ConflictsResolveCommand(session));
  }

  private CommandLine promote() {
    return new CommandLine(new PromoteCommand(session))
        .addSubcommand("plan", new PromotePlanCommand(session))
        .addSubcommand("apply", new PromoteApplyCommand(session))
        .addSubcommand("status", new PromoteStatusCommand(session))
        .addSubcommand("approve", new PromoteApproveCommand(session))
        .addSubcommand("rollback", new PromoteRollbackCommand(session));
  }

  private CommandLine hook() {
    return new CommandLine(new HookCommand(session))
        .addSubcommand("add", new HookAddCommand(session))
        .addSubcommand("list", new HookListCommand(session))
        .addSubcommand("remove", new HookRemoveCommand(session))
        .addSubcommand("test", new HookTestCommand(session));
  }

  private CommandLine webhook() {
    return new CommandLine(new WebhookCommand(session))
        .addSubcommand("create", new WebhookCreateCommand(session))
        .addSubcommand("list", new WebhookListCommand(session))
        .addSubcommand("show", new WebhookShowCommand(session))
        .addSubcommand("update", new WebhookUpdateCommand(session))
        .addSubcommand("delete", new WebhookDeleteCommand(session))
        .addSubcommand("test", new WebhookTestCommand(session))
        .addSubcommand("deliveries", new WebhookDeliveriesCommand(session))
        .addSubcommand("redeliver", new WebhookRedeliverCommand(session))
        .addSubcommand("rotate", new WebhookRotateCommand(session));
  }

  private CommandLine access() {
    return new CommandLine(new AuthCommand(session))
        .addSubcommand(
            "key",
            new CommandLine(new AuthKeyCommand(session))
                .addSubcommand("create", new AuthKeyCreateCommand(session))
                .addSubcommand("list", new AuthKeyListCommand(session))
                .addSubcommand("revoke", new AuthKeyRevokeCommand(session)));
  }

  private CommandLine storage() {
    return new CommandLine(new StorageCommand(session))
        .addSubcommand("add", new StorageAddCommand(session))
        .addSubcommand("list", new StorageListCommand(session))
        .addSubcommand("show", new StorageShowCommand(session))
        .addSubcommand("update", new StorageUpdateCommand(session))
        .addSubcommand("remove", new StorageRemoveCommand(session))
        .addSubcommand(
            "default",
            new CommandLine(new StorageDefaultCommand(session))
                .addSubcommand("set", new StorageDefaultCommand.Set(session))
                .addSubcommand("show", new StorageDefaultCommand.Show(session))
                .addSubcommand("clear", new StorageDefaultCommand.Clear(session)))
        .addSubcommand("test-credentials", new StorageTestCommand(session));
  }
}
