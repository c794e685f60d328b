package dev.epoch.cli;

import dev.epoch.cli.command.access.AuthCanICommand;
import dev.epoch.cli.command.access.AuthCommand;
import dev.epoch.cli.command.access.AuthKeyCommand;
import dev.epoch.cli.command.access.AuthKeyCreateCommand;
import dev.epoch.cli.command.access.AuthKeyListCommand;
import dev.epoch.cli.command.access.AuthKeyRevokeCommand;
import dev.epoch.cli.command.access.AuthKeyRotateCommand;
import dev.epoch.cli.command.access.AuthLoginCommand;
import dev.epoch.cli.command.access.AuthLogoutCommand;
import dev.epoch.cli.command.access.AuthStatusCommand;
import dev.epoch.cli.command.access.AuthWhoAmICommand;
import dev.epoch.cli.command.admin.AdminCommand;
import dev.epoch.cli.command.admin.AdminKeysCommand;
import dev.epoch.cli.command.admin.AdminKeysListCommand;
import dev.epoch.cli.command.admin.AdminKeysRotateCommand;
import dev.epoch.cli.command.admin.DoctorCommand;
import dev.epoch.cli.command.admin.GcCommand;
import dev.epoch.cli.command.admin.LocalCommand;
import dev.epoch.cli.command.admin.ValidateCommand;
import dev.epoch.cli.command.branch.BranchCloseCommand;
import dev.epoch.cli.command.branch.BranchCommand;
import dev.epoch.cli.command.branch.BranchCreateCommand;
import dev.epoch.cli.command.branch.BranchDeleteCommand;
import dev.epoch.cli.command.branch.BranchExpireCommand;
import dev.epoch.cli.command.branch.BranchInfoCommand;
import dev.epoch.cli.command.branch.BranchListCommand;
import dev.epoch.cli.command.branch.BranchMaterializeCommand;
import dev.epoch.cli.command.branch.BranchOpenCommand;
import dev.epoch.cli.command.branch.BranchProtectCommand;
import dev.epoch.cli.command.branch.BranchProtectionsCommand;
import dev.epoch.cli.command.branch.BranchRenameCommand;
import dev.epoch.cli.command.branch.BranchUnprotectCommand;
import dev.epoch.cli.command.branch.BranchUrlCommand;
import dev.epoch.cli.command.branch.CheckoutCommand;
import dev.epoch.cli.command.branch.ReviewCommand;
import dev.epoch.cli.command.catalog.CatalogCommand;
import dev.epoch.cli.command.check.CheckAddCommand;
import dev.epoch.cli.command.check.CheckCommand;
import dev.epoch.cli.command.check.CheckListCommand;
import dev.epoch.cli.command.check.CheckRemoveCommand;
import dev.epoch.cli.command.check.CheckRunCommand;
import dev.epoch.cli.command.commit.CommitCommand;
import dev.epoch.cli.command.commit.StageCommand;
import dev.epoch.cli.command.commit.StashCommand;
import dev.epoch.cli.command.commit.StatusCommand;
import dev.epoch.cli.command.commit.UnstageCommand;
import dev.epoch.cli.command.config.ConfigCacheClearCommand;
import dev.epoch.cli.command.config.ConfigCommand;
import dev.epoch.cli.command.config.ConfigGetCommand;
import dev.epoch.cli.command.config.ConfigPushCommand;
import dev.epoch.cli.command.config.ConfigSetCommand;
import dev.epoch.cli.command.config.ConfigShowCommand;
import dev.epoch.cli.command.config.ConfigUnsetCommand;
import dev.epoch.cli.command.diff.ApplyCommand;
import dev.epoch.cli.command.diff.DiffCommand;
import dev.epoch.cli.command.event.EventsCommand;
import dev.epoch.cli.command.help.CompletionCommand;
import dev.epoch.cli.command.help.HelpCommand;
import dev.epoch.cli.command.help.RemoteCommand;
import dev.epoch.cli.command.help.TipsCommand;
import dev.epoch.cli.command.history.BlameCommand;
import dev.epoch.cli.command.history.HistoryCommand;
import dev.epoch.cli.command.history.LogCommand;
import dev.epoch.cli.command.history.ReflogCommand;
import dev.epoch.cli.command.history.ShowCommand;
import dev.epoch.cli.command.history.UndoCommand;
import dev.epoch.cli.command.hook.HookAddCommand;
import dev.epoch.cli.command.hook.HookCommand;
import dev.epoch.cli.command.hook.HookListCommand;
import dev.epoch.cli.command.hook.HookRemoveCommand;
import dev.epoch.cli.command.hook.HookTestCommand;
import dev.epoch.cli.command.merge.ConflictsCommand;
import dev.epoch.cli.command.merge.ConflictsForgetCommand;
import dev.epoch.cli.command.merge.ConflictsResolveCommand;
import dev.epoch.cli.command.merge.ConflictsShowCommand;
import dev.epoch.cli.command.merge.MergeCommand;
import dev.epoch.cli.command.merge.ResolveCommand;
import dev.epoch.cli.command.promote.PromoteApplyCommand;
import dev.epoch.cli.command.promote.PromoteApproveCommand;
import dev.epoch.cli.command.promote.PromoteCommand;
import dev.epoch.cli.command.promote.PromotePlanCommand;
import dev.epoch.cli.command.promote.PromoteRollbackCommand;
import dev.epoch.cli.command.promote.PromoteStatusCommand;
import dev.epoch.cli.command.query.QueryCommand;
import dev.epoch.cli.command.record.ExportCommand;
import dev.epoch.cli.command.record.ImportCommand;
import dev.epoch.cli.command.replay.CherryPickCommand;
import dev.epoch.cli.command.replay.RebaseCommand;
import dev.epoch.cli.command.replay.ResetCommand;
import dev.epoch.cli.command.replay.RevertCommand;
import dev.epoch.cli.command.repository.InitCommand;
import dev.epoch.cli.command.repository.RepositoryCommand;
import dev.epoch.cli.command.repository.RepositoryDeleteCommand;
import dev.epoch.cli.command.repository.RepositoryListCommand;
import dev.epoch.cli.command.repository.RepositoryOpenCommand;
import dev.epoch.cli.command.repository.RepositorySetCommand;
import dev.epoch.cli.command.role.RoleCommand;
import dev.epoch.cli.command.role.RoleCreateCommand;
import dev.epoch.cli.command.role.RoleDeleteCommand;
import dev.epoch.cli.command.role.RoleGrantCommand;
import dev.epoch.cli.command.role.RoleListCommand;
import dev.epoch.cli.command.role.RoleRevokeCommand;
import dev.epoch.cli.command.role.RoleShowCommand;
import dev.epoch.cli.command.schema.ConstraintsCommand;
import dev.epoch.cli.command.schema.IndexesCommand;
import dev.epoch.cli.command.schema.MigrateSchemasCommand;
import dev.epoch.cli.command.schema.SchemaApplyCommand;
import dev.epoch.cli.command.schema.SchemaCloneCommand;
import dev.epoch.cli.command.schema.SchemaCommand;
import dev.epoch.cli.command.schema.SchemaDiffCommand;
import dev.epoch.cli.command.schema.SchemaExecCommand;
import dev.epoch.cli.command.schema.SchemaMigrateCommand;
import dev.epoch.cli.command.schema.SchemaShowCommand;
import dev.epoch.cli.command.schema.SchemaStatusCommand;
import dev.epoch.cli.command.storage.StorageAddCommand;
import dev.epoch.cli.command.storage.StorageCommand;
import dev.epoch.cli.command.storage.StorageCredentialsCommand;
import dev.epoch.cli.command.storage.StorageDefaultCommand;
import dev.epoch.cli.command.storage.StorageListCommand;
import dev.epoch.cli.command.storage.StorageRemoveCommand;
import dev.epoch.cli.command.storage.StorageShowCommand;
import dev.epoch.cli.command.storage.StorageTestCommand;
import dev.epoch.cli.command.storage.StorageTunnelsCommand;
import dev.epoch.cli.command.storage.StorageUpdateCommand;
import dev.epoch.cli.command.table.TableAddCommand;
import dev.epoch.cli.command.table.TableCommand;
import dev.epoch.cli.command.table.TableCopyCommand;
import dev.epoch.cli.command.table.TableListCommand;
import dev.epoch.cli.command.table.TableMergeCommand;
import dev.epoch.cli.command.table.TableRefreshCommand;
import dev.epoch.cli.command.table.TableRemoveCommand;
import dev.epoch.cli.command.table.TableRescanCommand;
import dev.epoch.cli.command.table.TableShowCommand;
import dev.epoch.cli.command.tag.TagCommand;
import dev.epoch.cli.command.tag.TagCreateCommand;
import dev.epoch.cli.command.tag.TagDeleteCommand;
import dev.epoch.cli.command.tag.TagListCommand;
import dev.epoch.cli.command.tag.TagShowCommand;
import dev.epoch.cli.command.webhook.WebhookCommand;
import dev.epoch.cli.command.webhook.WebhookCreateCommand;
import dev.epoch.cli.command.webhook.WebhookDeleteCommand;
import dev.epoch.cli.command.webhook.WebhookDeliveriesCommand;
import dev.epoch.cli.command.webhook.WebhookListCommand;
import dev.epoch.cli.command.webhook.WebhookRedeliverCommand;
import dev.epoch.cli.command.webhook.WebhookRotateCommand;
import dev.epoch.cli.command.webhook.WebhookShowCommand;
import dev.epoch.cli.command.webhook.WebhookTestCommand;
import dev.epoch.cli.command.webhook.WebhookUpdateCommand;
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
          "undo",
          "history",
          "blame",
          "diff",
          "apply",
          "merge",
          "revert",
          "cherry-pick",
          "rebase",
          "pull",
          "push",
          "reset",
          "stash",
          "tag",
          "check",
          "role",
          "conflicts",
          "resolve",
          "review",
          "query",
          "export",
          "import",
          "catalog",
          "storage",
          "config",
          "events",
          "webhook",
          "hook",
          "promote",
          "auth",
          "admin",
          "gc",
          "doctor",
          "local",
          "validate",
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
      case "undo" -> new UndoCommand(session);
      case "history" -> new HistoryCommand(session);
      case "blame" -> new BlameCommand(session);
      case "apply" -> new ApplyCommand(session);
      case "diff" -> new DiffCommand(session);
      case "merge" -> new MergeCommand(session);
      case "revert" -> new RevertCommand(session);
      case "cherry-pick" -> new CherryPickCommand(session);
      case "rebase" -> new RebaseCommand(session);
      case "pull" -> new RemoteCommand.Pull(session);
      case "push" -> new RemoteCommand.Push(session);
      case "reset" -> new ResetCommand(session);
      case "stash" -> new StashCommand(session);
      case "tag" -> tag();
      case "check" -> check();
      case "role" -> role();
      case "conflicts" -> conflicts();
      case "resolve" -> new ResolveCommand(session);
      case "review" -> new ReviewCommand(session);
      case "export" -> new ExportCommand(session);
      case "import" -> new ImportCommand(session);
      case "tips" -> new TipsCommand(session);
      case "query" -> new QueryCommand(session);
      case "catalog" -> CatalogCommand.in(session);
      case "storage" -> storage();
      case "config" ->
          new CommandLine(new ConfigCommand(session))
              .addSubcommand("get", new ConfigGetCommand(session))
              .addSubcommand("set", new ConfigSetCommand(session))
              .addSubcommand("unset", new ConfigUnsetCommand(session))
              .addSubcommand("show", new ConfigShowCommand(session))
              .addSubcommand("push", new ConfigPushCommand(session))
              .addSubcommand(
                  "cache",
                  new CommandLine(new ConfigCacheClearCommand.Cache(session))
                      .addSubcommand("clear", new ConfigCacheClearCommand(session)));
      case "events" -> new EventsCommand(session);
      case "webhook" -> webhook();
      case "hook" -> hook();
      case "promote" -> promote();
      case "auth" -> access();
      case "admin" -> admin();
      case "gc" -> new GcCommand(session);
      case "doctor" -> new DoctorCommand(session);
      case "local" ->
          new CommandLine(new LocalCommand(session))
              .addSubcommand("start", new LocalCommand.Start(session))
              .addSubcommand("stop", new LocalCommand.Stop(session))
              .addSubcommand("status", new LocalCommand.Status(session));
      case "validate" -> new ValidateCommand(session);
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
        .addSubcommand("rescan", new TableRescanCommand(session))
        .addSubcommand("copy", new TableCopyCommand(session))
        .addSubcommand("merge", new TableMergeCommand(session))
        .addSubcommand("remove", new TableRemoveCommand(session));
  }

  private CommandLine schema() {
    return new CommandLine(new SchemaCommand())
        .addSubcommand("show", new SchemaShowCommand(session))
        .addSubcommand("status", new SchemaStatusCommand(session))
        .addSubcommand("diff", new SchemaDiffCommand(session))
        .addSubcommand("apply", new SchemaApplyCommand(session))
        .addSubcommand("clone", new SchemaCloneCommand(session))
        .addSubcommand("exec", new SchemaExecCommand(session))
        .addSubcommand("migrate", new SchemaMigrateCommand(session));
  }

  private CommandLine branch() {
    return new CommandLine(new BranchCommand(session))
        .addSubcommand("list", new BranchListCommand(session))
        .addSubcommand("create", new BranchCreateCommand(session))
        .addSubcommand("info", new BranchInfoCommand(session))
        .addSubcommand("rename", new BranchRenameCommand(session))
        .addSubcommand("expire", new BranchExpireCommand(session))
        .addSubcommand("protect", new BranchProtectCommand(session))
        .addSubcommand("unprotect", new BranchUnprotectCommand(session))
        .addSubcommand("protections", new BranchProtectionsCommand(session))
        .addSubcommand("materialize", new BranchMaterializeCommand(session))
        .addSubcommand("open", new BranchOpenCommand(session))
        .addSubcommand("url", new BranchUrlCommand(session))
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

  private CommandLine role() {
    return new CommandLine(new RoleCommand(session))
        .addSubcommand("list", new RoleListCommand(session))
        .addSubcommand("show", new RoleShowCommand(session))
        .addSubcommand("create", new RoleCreateCommand(session))
        .addSubcommand("delete", new RoleDeleteCommand(session))
        .addSubcommand("grant", new RoleGrantCommand(session))
        .addSubcommand("revoke", new RoleRevokeCommand(session));
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
        .addSubcommand("resolve", new ConflictsResolveCommand(session))
        .addSubcommand("forget", new ConflictsForgetCommand(session));
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
        .addSubcommand("login", new AuthLoginCommand(session))
        .addSubcommand("logout", new AuthLogoutCommand(session))
        .addSubcommand("status", new AuthStatusCommand(session))
        .addSubcommand("whoami", new AuthWhoAmICommand(session))
        .addSubcommand("can-i", new AuthCanICommand(session))
        .addSubcommand(
            "key",
            new CommandLine(new AuthKeyCommand(session))
                .addSubcommand("create", new AuthKeyCreateCommand(session))
                .addSubcommand("list", new AuthKeyListCommand(session))
                .addSubcommand("revoke", new AuthKeyRevokeCommand(session))
                .addSubcommand("rotate", new AuthKeyRotateCommand(session)));
  }

  private CommandLine admin() {
    return new CommandLine(new AdminCommand(session))
        .addSubcommand(
            "keys",
            new CommandLine(new AdminKeysCommand(session))
                .addSubcommand("list", new AdminKeysListCommand(session))
                .addSubcommand("rotate", new AdminKeysRotateCommand(session)));
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
        .addSubcommand("test-credentials", new StorageTestCommand(session))
        .addSubcommand("credentials", new StorageCredentialsCommand(session))
        .addSubcommand("tunnels", new StorageTunnelsCommand(session));
  }
}
