package dev.epoch.gateway;

import dev.epoch.events.RecordCodec;
import dev.epoch.gateway.branch.BranchMover;
import dev.epoch.gateway.branch.BranchRegistrar;
import dev.epoch.gateway.branch.BranchService;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.branch.TagService;
import dev.epoch.gateway.check.CheckService;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.copy.TableCopyService;
import dev.epoch.gateway.copy.TableMergeService;
import dev.epoch.gateway.drift.MigrationImport;
import dev.epoch.gateway.drift.SchemaBackfill;
import dev.epoch.gateway.drift.SchemaStatusService;
import dev.epoch.gateway.hook.HookGate;
import dev.epoch.gateway.merge.MergeExecution;
import dev.epoch.gateway.merge.MergeRequests;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.ReplayRunner;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.merge.conflict.LearntService;
import dev.epoch.gateway.merge.schema.RecordedObjects;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.migration.ImpactService;
import dev.epoch.gateway.migration.MigrationRunner;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.gateway.migration.SchemaCloneService;
import dev.epoch.gateway.migration.TableAlterations;
import dev.epoch.gateway.migration.TypeLabels;
import dev.epoch.gateway.operation.OperationPlans;
import dev.epoch.gateway.operation.OperationRunner;
import dev.epoch.gateway.operation.Recovery;
import dev.epoch.gateway.operation.TableEntries;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.MaterializationService;
import dev.epoch.gateway.read.OpenTablesService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.rebuild.RebuildService;
import dev.epoch.gateway.record.ApplyService;
import dev.epoch.gateway.record.CommitChanges;
import dev.epoch.gateway.record.SoftResetService;
import dev.epoch.gateway.record.StashService;
import dev.epoch.gateway.schema.BranchBeginnings;
import dev.epoch.gateway.schema.ConstraintService;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.storage.StorageAdapters;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Ownership;
import dev.epoch.gateway.stream.RandomIds;
import dev.epoch.gateway.stream.Repositories;
import dev.epoch.gateway.table.CaptureService;
import dev.epoch.gateway.table.TableDiscovery;
import dev.epoch.gateway.table.TableService;
import dev.epoch.gateway.validation.ValidationService;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.SnapshotStore;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.StreamDirectory;
import dev.epoch.storage.StorageAdapterFactory;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Everything that versioning needs, put together: the services that the API calls. Methods of the
 * services block; call them on virtual threads.
 */
public final class VersioningServer implements AutoCloseable {
  private final EventLog log;
  private final ChunkStore chunks;
  private final StorageAdapters adapters;
  private final Backends backends;
  private final Repositories repositories;
  private final Ownership ownership;
  private final Recovery recovery;
  private final StorageService storages;
  private final TableDiscovery discovery;
  private final TableService tables;
  private final TableCopyService tableCopies;
  private final TableMergeService tableMerges;
  private final CaptureService captures;
  private final BranchRegistrar registrar;
  private final BranchService branches;
  private final TagService tags;
  private final WorkingSetService workingSets;
  private final SchemaService schemas;
  private final ConstraintService constraints;
  private final SchemaStatusService schemaStatus;
  private final SchemaBackfill schemaBackfill;
  private final MigrationImport migrationImport;
  private final CheckService checks;
  private final HookGate hooks = new HookGate();
  private final CommitService commits;
  private final MergeService merges;
  private final MergeRequests mergeRequests;
  private final ReplayService replays;
  private final ResetService resets;
  private final ConflictService conflicts;
  private final LearntService learnt;
  private final DiffService diffs;
  private final ReadService reads;
  private final ValidationService validations;
  private final ApplyService applications;
  private final StashService stashes;
  private final SoftResetService softResets;
  private final RebuildService rebuilds;
  private final CleanupService cleanups;
  private final MaterializationService materializations;
  private final MigrationService migrations;
  private final MigrationRunner migrationRunner;
  private final DdlService ddl;
  private final ImpactService schemaImpacts;
  private final SchemaCloneService schemaClones;
  private final OpenTablesService openTables;

  /**
   * @param self this process, as others see it
   * @param lease how long it may be silent until others take its repositories over
   * @param keysKept how long commands are remembered by their idempotency keys
   */
  public VersioningServer(
      EventLog log,
      ChunkStore chunks,
      SnapshotStore snapshots,
      Collection<StorageAdapterFactory> factories,
      SecretBox secrets,
      Clock clock,
      Member self,
      Duration lease,
      Duration keysKept,
      Failpoints failpoints) {
    this.log = log;
    this.chunks = chunks;
    this.adapters = new StorageAdapters(factories, secrets);
    this.backends = new Backends(adapters);
    this.schemas = new SchemaService(backends, chunks);
    OperationPlans operations = new OperationPlans(backends, new TableEntries(chunks), schemas);
    this.recovery = new Recovery(operations, backends, failpoints);
    this.repositories =
        new Repositories(
            log, snapshots, new RecordCodec(), clock, new RandomIds(), keysKept, recovery::onFound);
    this.ownership =
        new Ownership(log, self, lease, repositories, recovery::sweep, this::takenOver);
    OperationRunner runner = new OperationRunner(operations, backends, recovery, failpoints);
    this.storages = new StorageService(adapters);
    this.discovery = new TableDiscovery(adapters, storages);
    this.workingSets = new WorkingSetService(backends);
    this.registrar = new BranchRegistrar(backends, new BranchBeginnings(schemas));
    this.captures = new CaptureService(backends);
    this.tables = new TableService(backends, storages, registrar, recovery, failpoints);
    this.cleanups = new CleanupService(adapters, backends);
    this.branches = new BranchService(registrar, workingSets, cleanups, hooks);
    this.tags = new TagService(cleanups);
    this.constraints = new ConstraintService(backends, schemas);
    this.schemaStatus = new SchemaStatusService(backends, schemas);
    this.schemaBackfill = new SchemaBackfill(schemas);
    this.migrationImport = new MigrationImport(backends, schemas);
    this.commits = new CommitService(workingSets, runner, schemas, hooks);
    this.migrations = new MigrationService(backends, schemas);
    this.migrationRunner = new MigrationRunner(backends, migrations, failpoints);
    MergeExecution execution =
        new MergeExecution(
            backends,
            new TableAlterations(schemas),
            new RecordedObjects(schemas),
            new TypeLabels(migrationRunner),
            workingSets,
            runner,
            hooks,
            chunks,
            clock,
            failpoints);
    BranchMover mover = new BranchMover(backends, runner, clock);
    ReplayRunner replayRunner = new ReplayRunner(backends, execution, mover);
    this.merges = new MergeService(cleanups, chunks, execution, replayRunner);
    this.mergeRequests = new MergeRequests(merges, clock);
    this.replays = new ReplayService(workingSets, cleanups, replayRunner);
    this.resets = new ResetService(workingSets, commits, cleanups, mover);
    this.conflicts = new ConflictService(chunks);
    this.learnt = new LearntService(chunks);
    this.diffs = new DiffService(backends);
    this.reads = new ReadService(backends);
    this.validations = new ValidationService(reads);
    this.checks = new CheckService(reads);
    this.applications = new ApplyService(reads, workingSets);
    this.tableCopies = new TableCopyService(backends, storages, tables, reads);
    this.tableMerges = new TableMergeService(backends, reads, diffs, workingSets);
    CommitChanges changes = new CommitChanges(diffs, reads);
    this.stashes = new StashService(resets, tags, changes, applications);
    this.softResets = new SoftResetService(resets, changes, applications, workingSets);
    this.schemaClones = new SchemaCloneService(backends, migrationRunner);
    this.schemaImpacts = new ImpactService(backends);
    this.materializations = new MaterializationService(backends);
    this.openTables = new OpenTablesService(backends);
    this.ddl = new DdlService(backends, schemas, migrationRunner, openTables);
    this.rebuilds = new RebuildService(chunks, backends, repositories, registrar);
  }

  /** Loads the repositories and settles what a stopped process left in doubt. */
  public void start() {
    ownership.join();
    Uni<List<String>> streams =
        log instanceof StreamDirectory directory ? directory.streams() : streamsOfAllRecords();
    List<String> all = streams.await().indefinitely();
    ownership.start(all);
    repositories
        .owned()
        .forEach(repository ->
            Thread.ofVirtual()
                .name("schema changes of " + repository.name())
                .start(() -> migrationRunner.resume(repository.state())));
  }

  /**
   * What the former owner may have left undone beside its operations: it told databases of branches
   * itself, and nobody repeats that for it.
   */
  private void takenOver(LiveRepository repository) {
    if (!repository.state().exists()) {
      return;
    }
    registrar.settleLater(repository);
    migrationRunner.resume(repository.state());
  }

  private Uni<List<String>> streamsOfAllRecords() {
    return log.read(EventLog.ALL, 0)
        .select()
        .where(record -> record.version() == 1)
        .map(StoredRecord::stream)
        .collect()
        .asList();
  }

  public EventLog log() {
    return log;
  }

  public ChunkStore chunks() {
    return chunks;
  }

  public Backends backends() {
    return backends;
  }

  public Repositories repositories() {
    return repositories;
  }

  /** Which repositories this server owns, and who the others. */
  public Ownership ownership() {
    return ownership;
  }

  public Recovery recovery() {
    return recovery;
  }

  public StorageService storages() {
    return storages;
  }

  public TableDiscovery discovery() {
    return discovery;
  }

  public CaptureService captures() {
    return captures;
  }

  public TableService tables() {
    return tables;
  }

  public TableCopyService tableCopies() {
    return tableCopies;
  }

  public TableMergeService tableMerges() {
    return tableMerges;
  }

  public BranchRegistrar registrar() {
    return registrar;
  }

  public BranchService branches() {
    return branches;
  }

  public TagService tags() {
    return tags;
  }

  public WorkingSetService workingSets() {
    return workingSets;
  }

  public SchemaService schemas() {
    return schemas;
  }

  public SchemaStatusService schemaStatus() {
    return schemaStatus;
  }

  public SchemaBackfill schemaBackfill() {
    return schemaBackfill;
  }

  public MigrationImport migrationImport() {
    return migrationImport;
  }

  public ConstraintService constraints() {
    return constraints;
  }

  /** Who may forbid changes. */
  public HookGate hooks() {
    return hooks;
  }

  public CheckService checks() {
    return checks;
  }

  public CommitService commits() {
    return commits;
  }

  public MergeService merges() {
    return merges;
  }

  /** Merges that wait until they are allowed. */
  public MergeRequests mergeRequests() {
    return mergeRequests;
  }

  public ReplayService replays() {
    return replays;
  }

  public ResetService resets() {
    return resets;
  }

  public ConflictService conflicts() {
    return conflicts;
  }

  /** How conflicts were decided before. */
  public LearntService learnt() {
    return learnt;
  }

  public DiffService diffs() {
    return diffs;
  }

  public MigrationRunner migrationRunner() {
    return migrationRunner;
  }

  public ImpactService schemaImpacts() {
    return schemaImpacts;
  }

  public SchemaCloneService schemaClones() {
    return schemaClones;
  }

  public DdlService ddl() {
    return ddl;
  }

  public MigrationService migrations() {
    return migrations;
  }

  public ReadService reads() {
    return reads;
  }

  public ValidationService validations() {
    return validations;
  }

  public CleanupService cleanups() {
    return cleanups;
  }

  public OpenTablesService openTables() {
    return openTables;
  }

  public MaterializationService materializations() {
    return materializations;
  }

  public SoftResetService softResets() {
    return softResets;
  }

  public StashService stashes() {
    return stashes;
  }

  public ApplyService applications() {
    return applications;
  }

  public RebuildService rebuilds() {
    return rebuilds;
  }

  @Override
  public void close() {
    recovery.close();
    repositories.close();
    ownership.close();
    adapters.close();
  }
}
