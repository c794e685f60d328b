/** Where the command line finds its settings: files, variables, the .epoch directory, git. */
package dev.epoch.cli.configuration;
