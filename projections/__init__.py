# SPDX-License-Identifier: EUPL-1.2
"""The views: pure folds of the log into documents, sentences and lists, their tables, and the readers' queries."""
