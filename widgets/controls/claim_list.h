// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QTimer>
#include <QWidget>

#include "engine/core/claims.h"
#include "widgets/model/session_model.h"

class QCheckBox;
class QLabel;
class QListView;

namespace learnscope {

/// The claims of the lab with what the current run says to them so far.
class ClaimListModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { VerdictRole = Qt::UserRole, DetailRole };
  explicit ClaimListModel(SessionModel& model, QObject* parent = nullptr);
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

  const Claim& claim(int row) const { return model_.claims().list()[rows_[static_cast<std::size_t>(row)]]; }
  const Judgement& judgement(int row) const { return judgements_[rows_[static_cast<std::size_t>(row)]]; }
  /// Of all claims, shown or not.
  int count(Verdict verdict) const;
  /// Whether claims about other configurations have rows too.
  void setWhole(bool whole);
  /// Judges the current run anew.
  void refresh();

 private:
  std::vector<std::size_t> shown() const;

  SessionModel& model_;
  std::vector<Judgement> judgements_;
  std::vector<std::size_t> rows_;
  bool whole_ = false;
};

/// The panel: a list with a mark for holds, fails or open. A click shows the view that draws the measure, Enter or a
/// double click also takes the cursor to the step that decided.
class ClaimList : public QWidget {
  Q_OBJECT
 public:
  explicit ClaimList(SessionModel& model, QWidget* parent = nullptr);
  QListView* view() const { return view_; }
  /// The same whatever the panel says: neither a low window nor a layout that comes back is to make room for a text.
  QSize minimumSizeHint() const override;

 signals:
  /// The view that draws the measure of a claim.
  void viewRequested(const QString& view);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void renew();
  void go(int row, bool toStep);

  SessionModel& model_;
  ClaimListModel* rows_;
  QListView* view_;
  QLabel* summary_;
  QCheckBox* whole_;
  QTimer timer_;  ///< a run that trains is judged a few times a second
};

}  // namespace learnscope
