/** What all commands share. The commands, one class each, are in packages by feature below. */
package dev.epoch.cli.command;
