/**
 * The promotion bot: brings commits from environment to environment as a file says, through the
 * public REST API alone.
 */
package dev.epoch.promoter;
