/**
 * The event log in PostgreSQL, with the stores beside it.
 *
 * <pre>
 *   append --> AppendQueue --a batch--> AppendTransaction --> epoch.events, epoch.log_head
 *              one flush at a time      on AppendConnection           |
 *                                                                 NOTIFY | poll
 *   tail  &lt;-- LogPages &lt;-- pages of epoch.events &lt;-- LogHead &lt;-- HeadFeed
 * </pre>
 */
package dev.epoch.log.postgres;
