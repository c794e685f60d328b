/** The commands, one class each. */
package dev.epoch.cli.command;
