// SPDX-License-Identifier: GPL-3.0-or-later
// Eigen's dense decompositions of MatrixXd, compiled once in decompositions.cpp: each costs a file that instantiates it
// 5 to 15 seconds. Include this in place of <Eigen/SVD> and <Eigen/Eigenvalues>, and pass a MatrixXd, not an
// expression.
#pragma once
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

extern template class Eigen::BDCSVD<Eigen::MatrixXd>;
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;
extern template class Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;
extern template class Eigen::EigenSolver<Eigen::MatrixXd>;
extern template Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>&
Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>::compute<Eigen::MatrixXd>(const Eigen::EigenBase<Eigen::MatrixXd>&, int);
extern template Eigen::EigenSolver<Eigen::MatrixXd>& Eigen::EigenSolver<Eigen::MatrixXd>::compute<Eigen::MatrixXd>(
    const Eigen::EigenBase<Eigen::MatrixXd>&, bool);
