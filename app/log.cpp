// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/log.h"

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace learnscope {
namespace {

constexpr std::size_t ringLines = 2000;
constexpr std::size_t fileBytes = 2 << 20;
constexpr const char* pattern = "%Y-%m-%d %H:%M:%S.%e  %^%-7l%$  %-6n  %v";

std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt>& ring() {
  static auto sink = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(ringLines);
  return sink;
}

void onQtMessage(QtMsgType type, const QMessageLogContext&, const QString& text) {
  const auto logger = spdlog::get("ui");
  if (!logger) return;
  const std::string line = text.toStdString();
  switch (type) {
    case QtDebugMsg:
      logger->debug(line);
      break;
    case QtInfoMsg:
      logger->info(line);
      break;
    case QtWarningMsg:
      logger->warn(line);
      break;
    default:
      logger->error(line);
      logger->flush();
  }
}

}  // namespace

QStringList logCategories() {
  return {QStringLiteral("engine"), QStringLiteral("store"), QStringLiteral("render"), QStringLiteral("ui")};
}

void startLogging(const QString& file) {
  std::vector<spdlog::sink_ptr> sinks{ring()};
  auto console = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  console->set_level(spdlog::level::warn);
  sinks.push_back(console);
  std::string failure;
  try {
    sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.toStdString(), fileBytes, 3));
  } catch (const spdlog::spdlog_ex& error) {
    failure = error.what();
  }
  spdlog::drop_all();
  for (const QString& category : logCategories()) {
    auto logger = std::make_shared<spdlog::logger>(category.toStdString(), sinks.begin(), sinks.end());
    logger->set_pattern(pattern);
    logger->flush_on(spdlog::level::warn);
    spdlog::register_logger(logger);
  }
  spdlog::set_default_logger(spdlog::get("engine"));
  qInstallMessageHandler(onQtMessage);
  if (!failure.empty()) logWarning("ui", QStringLiteral("The log is not kept in a file: %1").arg(failure.c_str()));
}

QStringList lastLogLines() {
  QStringList lines;
  for (const std::string& line : ring()->last_formatted()) lines << QString::fromStdString(line).trimmed();
  return lines;
}

void logInfo(const char* category, const QString& text) {
  if (const auto logger = spdlog::get(category)) logger->info(text.toStdString());
}

void logWarning(const char* category, const QString& text) {
  if (const auto logger = spdlog::get(category)) logger->warn(text.toStdString());
}

}  // namespace learnscope
